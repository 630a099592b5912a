//! `GET /api/v1/node`.

use crate::extract::Identified;
use crate::ports::OutsideFacts;
use crate::problem::{PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use crate::time::rfc3339;
use axum::Json;
use axum::extract::State;
use backshell_permission::{Action, Resource};
use serde::Serialize;
use utoipa::ToSchema;

/// The node that answers.
#[derive(Serialize, ToSchema)]
#[schema(as = Node)]
pub(crate) struct NodeBody {
    /// Its name.
    name: String,
    /// The region that it says it runs in.
    region: String,
    /// Who vouches for that: `operator`, or `self` when nobody else does. Absent while nothing does, and every call is
    /// refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    attested_by: Option<&'static str>,
    /// Why nothing does: `missing`, `malformed`, `unknown_signer`, `bad_signature`, `wrong_key`, `wrong_name`,
    /// `wrong_region`, `unknown_region`, `not_yet_valid` or `expired`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    unattested: Option<&'static str>,
    /// The public key that signed the attestation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    signer: Option<String>,
    /// From when on the attestation is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    valid_from: Option<String>,
    /// Until when it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    valid_until: Option<String>,
    /// What the database held, when the node started, of environments that it may not keep anything of. None of it is
    /// loaded or served.
    outside: Vec<OutsideBody>,
}

/// What the database holds of an environment that this cell lies outside of.
#[derive(Serialize, ToSchema)]
#[schema(as = Outside)]
struct OutsideBody {
    /// The environment.
    environment: String,
    /// Its home region.
    home: String,
    /// Which row of the decision table refuses it.
    row: &'static str,
    /// The row's reason code.
    reason: &'static str,
    /// How many connections there are.
    connections: u64,
    /// How many of them have secrets.
    secrets: u64,
    /// Whether there is a data key.
    data_key: bool,
}

impl From<&OutsideFacts> for OutsideBody {
    fn from(facts: &OutsideFacts) -> Self {
        Self {
            environment: facts.environment.clone(),
            home: facts.home.clone(),
            row: facts.row,
            reason: facts.reason,
            connections: facts.connections,
            secrets: facts.secrets,
            data_key: facts.data_key,
        }
    }
}

/// Says which cell this node is, who vouches for that, and what its database holds that it may not keep
#[utoipa::path(
    get,
    path = "/api/v1/node",
    tag = "environments",
    operation_id = "node_get",
    responses(
        (status = 200, description = "The node that answers", body = NodeBody),
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn get(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
) -> Result<Json<NodeBody>, Problem> {
    let platform = Resource::Platform;
    state.permit_any(&caller, &[(Action::ReadLedger, platform.clone()), (Action::ManageEnvironment, platform)])?;
    let cell = state.node.cell.identity();
    let attested = cell.attested_at(state.clock.now());
    // What a statement says that is not valid now is still worth seeing.
    let statement = cell.attested().ok();
    Ok(Json(NodeBody {
        name: cell.name().to_owned(),
        region: cell.region().to_string(),
        attested_by: attested.ok().map(|attested| attested.by().as_str()),
        unattested: attested.err().map(backshell_boundary::Unattested::as_str),
        signer: statement.map(|statement| statement.signer().to_string()),
        valid_from: statement.map(|statement| rfc3339(statement.valid_from())),
        valid_until: statement.map(|statement| rfc3339(statement.valid_until())),
        outside: state.node.outside.iter().map(Into::into).collect(),
    }))
}
