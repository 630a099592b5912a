//! `DELETE /api/v1/connectors/{connector}/ownership/proofs/{proof}`.

use super::{proof_of, property};
use crate::extract::{Identified, Path};
use crate::problem::{BadRequest, Conflict, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::extract::State;
use backshell_permission::Action;
use http::StatusCode;

/// Takes a challenge back
///
/// A proof that was taken back is no proof: where no other proof or consent covers the host, calls to it are held within a
/// minute, for connectors of verified and independent publishers. It stays on record, and repeating this changes nothing.
#[utoipa::path(
    delete,
    path = "/api/v1/connectors/{connector}/ownership/proofs/{proof}",
    tag = "connectors",
    operation_id = "ownership_revoke",
    params(
        ("connector" = String, Path, description = "The connector's slug"),
        ("proof" = String, Path, description = "The challenge")
    ),
    responses(
        (status = 204, description = "The challenge holds no longer"),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Conflict,
        Unavailable
    )
)]
pub(crate) async fn revoke(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path((connector, proof)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let mut proof = proof_of(&state, &connector, &proof).await?;
    let resource = property(&proof.connector, &proof.publisher);
    let act = state.permit_act(&caller, "ownership.revoke", Action::PublishConnector, &resource, &proof.id).await?;
    if proof.revoked_at.is_some() {
        return Ok(StatusCode::NO_CONTENT);
    }
    let act = act.detail("connector", &proof.connector).detail("host", &proof.host);
    proof.revoked_at = Some(state.clock.now());
    state.perform(act, async { Ok(state.store.change_ownership_proof(&proof).await?) }).await?;
    Ok(StatusCode::NO_CONTENT)
}
