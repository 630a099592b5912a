//! `GET /api/v1/connectors/{connector}/ownership/consents`.

use super::{ConsentBody, may_see};
use crate::api::{Page, PageQuery};
use crate::extract::{Identified, Path, Query, parse};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::{ConnectorSlug, OwnershipConsent};
use backshell_permission::{Action, Resource};
use backshell_store::Limit;

/// Lists the consents of owners to a connector
///
/// Also those that hold no longer: the ledger names them. Publishers see their own, administrators and auditors all.
#[utoipa::path(
    get,
    path = "/api/v1/connectors/{connector}/ownership/consents",
    tag = "connectors",
    operation_id = "ownership_consents",
    params(("connector" = String, Path, description = "The connector's slug"), PageQuery),
    responses(
        (status = 200, description = "Consents in the order of their identifiers", body = Page<ConsentBody>),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn consents(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connector): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ConsentBody>>, Problem> {
    state.permit(&caller, Action::ReadConnector, &Resource::Platform)?;
    let slug: ConnectorSlug = parse("connector", &connector)?;
    let limit = Limit::new(query.size()?);
    let after = query.after.as_deref().map(|after| parse("after", after)).transpose()?;
    let consents = state.store.ownership_consents(&slug, after, limit).await?;
    let clock = state.clock.as_ref();
    let show = |consent: OwnershipConsent| {
        may_see(&state, &caller, &slug, &consent.publisher).then(|| ConsentBody::of(consent, clock))
    };
    Ok(Json(Page::filtered(consents, limit, |consent| consent.id.to_string(), show)))
}
