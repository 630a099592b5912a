//! `GET /api/v1/connectors/{connector}/ownership/proofs`.

use super::{ProofBody, may_see};
use crate::api::{Page, PageQuery};
use crate::extract::{Identified, Path, Query, parse};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::ConnectorSlug;
use backshell_permission::{Action, Resource};
use backshell_store::Limit;

/// Lists the challenges for a connector, and how they stand
///
/// Also those that hold no longer: the ledger names them. Publishers see their own, administrators and auditors all.
#[utoipa::path(
    get,
    path = "/api/v1/connectors/{connector}/ownership/proofs",
    tag = "connectors",
    operation_id = "ownership_proofs",
    params(("connector" = String, Path, description = "The connector's slug"), PageQuery),
    responses(
        (status = 200, description = "Challenges in the order of their identifiers", body = Page<ProofBody>),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn proofs(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connector): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ProofBody>>, Problem> {
    state.permit(&caller, Action::ReadConnector, &Resource::Platform)?;
    let slug: ConnectorSlug = parse("connector", &connector)?;
    let limit = Limit::new(query.size()?);
    let after = query.after.as_deref().map(|after| parse("after", after)).transpose()?;
    let proofs = state.store.ownership_proofs(&slug, after, limit).await?;
    let clock = state.clock.as_ref();
    let show = |proof: backshell_model::OwnershipProof| {
        may_see(&state, &caller, &slug, &proof.publisher).then(|| ProofBody::of(&proof, clock))
    };
    Ok(Json(Page::filtered(proofs, limit, |proof| proof.id.to_string(), show)))
}
