//! `GET /api/v1/cells`.

use super::CellBody;
use crate::api::{Page, PageQuery};
use crate::extract::{Identified, Query};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_permission::{Action, Resource};
use backshell_store::Limit;

/// Lists the cells
#[utoipa::path(
    get,
    path = "/api/v1/cells",
    tag = "environments",
    operation_id = "cells_list",
    params(PageQuery),
    responses(
        (status = 200, description = "Cells in the order of their names", body = Page<CellBody>),
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
) -> Result<Json<Page<CellBody>>, Problem> {
    let platform = Resource::Platform;
    state.permit_any(&caller, &[(Action::ReadConnector, platform.clone()), (Action::ManageEnvironment, platform)])?;
    let limit = Limit::new(query.size()?);
    let cells = state.store.cells(query.after.as_deref(), limit).await?;
    Ok(Json(Page::of(cells, limit, |cell| cell.name.clone(), Into::into)))
}
