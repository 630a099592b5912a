//! `POST /api/v1/connectors/{connector}/ownership/proofs/{proof}/check`.

use super::{ProofBody, proof_of, property};
use crate::extract::{Identified, Path};
use crate::ownership::look_again;
use crate::problem::{BadRequest, Conflict, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_ledger::Who;
use backshell_permission::Action;
use serde::Serialize;
use utoipa::ToSchema;

/// What a check saw.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnershipCheck)]
pub(crate) struct Checked {
    /// The challenge, as it stands now.
    proof: ProofBody,
    /// Whether the answer was seen.
    seen: bool,
    /// What was seen in the zone.
    dns: String,
    /// What was seen at the host.
    at_host: String,
}

/// Looks for the answer of a challenge
///
/// A TXT record counts when two name servers at least see it, and every one that answers. A file counts over TLS that is
/// checked in full, with status 200, without a redirect, up to 1 KiB. Five checks an hour are made at most, and each counts.
/// What could not be looked at is no failure.
#[utoipa::path(
    post,
    path = "/api/v1/connectors/{connector}/ownership/proofs/{proof}/check",
    tag = "connectors",
    operation_id = "ownership_check",
    params(
        ("connector" = String, Path, description = "The connector's slug"),
        ("proof" = String, Path, description = "The challenge")
    ),
    responses(
        (status = 200, description = "What was seen", body = Checked),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Conflict,
        Unavailable
    )
)]
pub(crate) async fn check(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path((connector, proof)): Path<(String, String)>,
) -> Result<Json<Checked>, Problem> {
    let proof = proof_of(&state, &connector, &proof).await?;
    let resource = property(&proof.connector, &proof.publisher);
    let act = state.permit_act(&caller, "ownership.check", Action::PublishConnector, &resource, &proof.id).await?;
    if proof.revoked_at.is_some() {
        return Err(Problem::conflict("this challenge was taken back").help("begin a new one"));
    }
    let act = act.detail("connector", &proof.connector).detail("host", &proof.host);
    let look = async {
        let who = Some(Who::from(&caller));
        let (store, clock) = (state.store.as_ref(), state.clock.as_ref());
        Ok(look_again(store, &state.ledger, clock, state.probe.as_ref(), proof, who).await?)
    };
    let seen = state.perform(act, look).await?;
    Ok(Json(Checked {
        proof: ProofBody::of(&seen.proof, state.clock.as_ref()),
        seen: seen.looked.seen.is_some(),
        dns: seen.looked.dns,
        at_host: seen.looked.file,
    }))
}
