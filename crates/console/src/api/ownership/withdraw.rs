//! `DELETE /api/v1/connectors/{connector}/ownership/consents/{consent}`.

use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::extract::State;
use backshell_model::{ConnectorSlug, ConsentId};
use backshell_permission::{Action, Resource};
use http::StatusCode;

/// Takes the consent of a host's owner back
///
/// Where no proof covers the host, calls to it are held within a minute, for connectors of verified and independent
/// publishers. It stays on record, and repeating this changes nothing. Only administrators do this.
#[utoipa::path(
    delete,
    path = "/api/v1/connectors/{connector}/ownership/consents/{consent}",
    tag = "connectors",
    operation_id = "ownership_withdraw",
    params(
        ("connector" = String, Path, description = "The connector's slug"),
        ("consent" = String, Path, description = "The consent, `cst_…`")
    ),
    responses(
        (status = 204, description = "The consent holds no longer"),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn withdraw(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path((connector, consent)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let slug: ConnectorSlug = parse("connector", &connector)?;
    let id: ConsentId = parse("consent", &consent)?;
    let resource = Resource::Platform;
    let act = state.permit_act(&caller, "ownership.withdraw", Action::ManageEnvironment, &resource, &id).await?;
    let consent = state.store.ownership_consent(id).await?;
    if consent.connector != slug {
        return Err(Problem::not_found("the connector has no such consent"));
    }
    let act = act.detail("connector", &slug).detail("host", &consent.host);
    state.perform(act, async { Ok(state.store.revoke_ownership_consent(id, state.clock.now()).await?) }).await?;
    Ok(StatusCode::NO_CONTENT)
}
