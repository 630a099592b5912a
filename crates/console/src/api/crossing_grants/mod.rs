//! Crossing grants: recorded permissions to reach places outside an environment's boundary.

pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod revoke;

use crate::problem::Problem;
use crate::state::ConsoleState;
use crate::time::rfc3339;
use backshell_model::{CrossingGrant, EnvironmentId, GrantId};
use serde::Serialize;
use utoipa::ToSchema;

/// Calls of one connector in one environment may go to these places outside its boundary.
#[derive(Serialize, ToSchema)]
#[schema(as = CrossingGrant)]
pub(crate) struct CrossingGrantBody {
    /// Names the grant, `grt_…`; the ledger and the notice header name it too.
    id: String,
    /// The environment.
    environment: String,
    /// The connector.
    connector: String,
    /// The first version it is for.
    version_from: u32,
    /// The last version it is for; absent when every later one is meant too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    version_to: Option<u32>,
    /// The places: names of regions, or countries by their codes.
    places: Vec<String>,
    /// What for.
    purpose: String,
    /// What the transfer rests on, as whoever recorded it says: `adequacy`, `dpf`, `scc_module_1` to `scc_module_4`,
    /// `bcr`, `none_needed`.
    basis: &'static str,
    /// Where that is written down.
    reference: String,
    /// Who recorded it.
    granted_by: String,
    /// Since when it holds.
    created_at: String,
    /// From then on it holds no longer.
    expires_at: String,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    revoked_at: Option<String>,
}

impl From<CrossingGrant> for CrossingGrantBody {
    fn from(grant: CrossingGrant) -> Self {
        Self {
            id: grant.id.to_string(),
            environment: grant.environment.to_string(),
            connector: grant.connector.to_string(),
            version_from: grant.versions.from,
            version_to: grant.versions.to,
            places: grant.places,
            purpose: grant.purpose,
            basis: grant.basis.as_str(),
            reference: grant.reference,
            granted_by: grant.granted_by.to_string(),
            created_at: rfc3339(grant.created_at),
            expires_at: rfc3339(grant.expires_at),
            revoked_at: grant.revoked_at.map(rfc3339),
        }
    }
}

/// A grant of this environment. One of another environment is not found here.
async fn of_environment(
    state: &ConsoleState,
    environment: EnvironmentId,
    id: GrantId,
) -> Result<CrossingGrant, Problem> {
    let grant = state.store.crossing_grant(id).await?;
    if grant.environment == environment {
        Ok(grant)
    } else {
        Err(Problem::not_found("the environment has no such crossing grant"))
    }
}
