//! `GET /api/v1/directory`.

use super::EntryBody;
use crate::api::{Page, PageQuery};
use crate::extract::{Identified, Query, parse};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_permission::{Action, Resource};
use backshell_store::Limit;

/// Lists where connections of other cells are at home
#[utoipa::path(
    get,
    path = "/api/v1/directory",
    tag = "environments",
    operation_id = "directory_list",
    params(PageQuery),
    responses(
        (status = 200, description = "Entries in the order of their connections", body = Page<EntryBody>),
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
) -> Result<Json<Page<EntryBody>>, Problem> {
    state.permit(&caller, Action::ManageEnvironment, &Resource::Platform)?;
    let limit = Limit::new(query.size()?);
    let after = query.after.as_deref().map(|after| parse("after", after)).transpose()?;
    let entries = state.store.directory(after, limit).await?;
    Ok(Json(Page::of(entries, limit, |entry| entry.connection.to_string(), Into::into)))
}
