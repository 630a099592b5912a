//! `GET /api/v1/connectors/{connector}/verification`.

use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use crate::time::rfc3339;
use axum::Json;
use axum::extract::State;
use backshell_model::{ConnectorSlug, Drift, Verification};
use backshell_permission::{Action, Resource};
use serde::Serialize;
use utoipa::ToSchema;

/// What was looked at again while a connector is in use.
#[derive(Serialize, ToSchema)]
#[schema(as = Verification)]
pub(crate) struct VerificationBody {
    /// The outcomes in the order of host, port and kind. A kind of check that never ran is not here.
    items: Vec<OutcomeBody>,
}

/// How one check of one host last ended.
#[derive(Serialize, ToSchema)]
#[schema(as = VerificationOutcome)]
struct OutcomeBody {
    /// The host.
    host: String,
    /// Its port.
    port: u16,
    /// What was looked at: `dns`, `certificate`, `place`, `ownership`, `availability` or `bars`.
    check: &'static str,
    /// `passed`, `warned`, `restricted` (calls go on, no new connections are made), `suspended` (calls are held) or
    /// `not_measured`.
    outcome: &'static str,
    /// What changed, when something did; the reason of refused calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    drift: Option<&'static str>,
    /// What was found.
    detail: String,
    /// When it was last looked at.
    last_run: String,
    /// When it is due again.
    due: String,
    /// Since when it has not been as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    drifting_since: Option<String>,
}

impl From<Verification> for OutcomeBody {
    fn from(verification: Verification) -> Self {
        Self {
            host: verification.host.to_string(),
            port: verification.port,
            check: verification.check.as_str(),
            outcome: verification.outcome.as_str(),
            drift: verification.drift.map(Drift::as_str),
            detail: verification.detail,
            last_run: rfc3339(verification.last_run),
            due: rfc3339(verification.due),
            drifting_since: verification.drifting_since.map(rfc3339),
        }
    }
}

/// Shows what was found when a connector's hosts were looked at again
#[utoipa::path(
    get,
    path = "/api/v1/connectors/{connector}/verification",
    tag = "connectors",
    operation_id = "connectors_verification",
    params(("connector" = String, Path, description = "The connector's slug")),
    responses(
        (status = 200, description = "What was found", body = VerificationBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn verification(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connector): Path<String>,
) -> Result<Json<VerificationBody>, Problem> {
    state.permit(&caller, Action::ReadConnector, &Resource::Platform)?;
    let slug: ConnectorSlug = parse("connector", &connector)?;
    state.store.connector(&slug).await?;
    let found = state.store.verifications(&slug).await?;
    Ok(Json(VerificationBody { items: found.into_iter().map(Into::into).collect() }))
}
