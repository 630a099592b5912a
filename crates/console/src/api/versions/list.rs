//! `GET /api/v1/connectors/{connector}/versions`.

use super::VersionBody;
use crate::api::{Page, PageQuery};
use crate::extract::{Identified, Path, Query, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::ConnectorSlug;
use backshell_permission::{Action, Resource};
use backshell_store::Limit;

/// Lists a connector's versions
#[utoipa::path(
    get,
    path = "/api/v1/connectors/{connector}/versions",
    tag = "connectors",
    operation_id = "versions_list",
    params(("connector" = String, Path, description = "The connector's slug"), PageQuery),
    responses(
        (status = 200, description = "Versions, oldest first", body = Page<VersionBody>),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connector): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<VersionBody>>, Problem> {
    state.permit(&caller, Action::ReadConnector, &Resource::Platform)?;
    let slug: ConnectorSlug = parse("connector", &connector)?;
    let limit = Limit::new(query.size()?);
    let after: u32 = query.after.as_deref().map_or(Ok(0), |after| parse("after", after))?;
    state.store.connector(&slug).await?;
    let versions = state.store.versions(&slug, after, limit).await?;
    Ok(Json(Page::of(versions, limit, |version| version.number.to_string(), Into::into)))
}
