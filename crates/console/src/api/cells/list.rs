//! `GET /api/v1/cells`.

use crate::api::{Page, PageQuery};
use crate::extract::{Identified, Query};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use crate::time::rfc3339;
use axum::Json;
use axum::extract::State;
use backshell_permission::{Action, Resource};
use backshell_store::Limit;
use serde::Serialize;
use utoipa::ToSchema;

/// A node of the installation.
#[derive(Serialize, ToSchema)]
#[schema(as = Cell)]
pub(crate) struct CellBody {
    /// Its name.
    name: String,
    /// Where it runs.
    region: String,
    /// Where its gateway is reached.
    gateway_url: String,
    /// When it last said that it runs.
    seen_at: String,
}

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
    Ok(Json(Page::of(
        cells,
        limit,
        |cell| cell.name.clone(),
        |cell| CellBody {
            name: cell.name,
            region: cell.region.to_string(),
            gateway_url: cell.gateway_url,
            seen_at: rfc3339(cell.seen_at),
        },
    )))
}
