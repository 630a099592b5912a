//! `GET /api/v1/connectors`.

use super::ConnectorBody;
use crate::api::{Page, PageQuery};
use crate::extract::{Identified, Query, parse};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::ConnectorSlug;
use backshell_permission::{Action, Resource};
use backshell_store::Limit;

/// Lists the connectors
#[utoipa::path(
    get,
    path = "/api/v1/connectors",
    tag = "connectors",
    operation_id = "connectors_list",
    params(PageQuery),
    responses(
        (status = 200, description = "Connectors in the order of their slugs", body = Page<ConnectorBody>),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ConnectorBody>>, Problem> {
    state.permit(&caller, Action::ReadConnector, &Resource::Platform)?;
    let limit = Limit::new(query.size()?);
    let after: Option<ConnectorSlug> = query.after.as_deref().map(|after| parse("after", after)).transpose()?;
    let connectors = state.store.connectors(after.as_ref(), limit).await?;
    Ok(Json(Page::of(connectors, limit, |connector| connector.slug.to_string(), Into::into)))
}
