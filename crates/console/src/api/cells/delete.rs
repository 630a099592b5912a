//! `DELETE /api/v1/cells/{cell}`.

use crate::extract::{Identified, Path};
use crate::problem::{BadRequest, Conflict, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::extract::State;
use backshell_permission::{Action, Resource};
use http::StatusCode;

/// Forgets a cell
///
/// Callers are not sent there any more. A node that still runs over this database announces itself again.
#[utoipa::path(
    delete,
    path = "/api/v1/cells/{cell}",
    tag = "environments",
    operation_id = "cells_delete",
    params(("cell" = String, Path, description = "The cell's name")),
    responses(
        (status = 204, description = "The cell is not known any more"),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Conflict,
        Unavailable
    )
)]
pub(crate) async fn delete(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(cell): Path<String>,
) -> Result<StatusCode, Problem> {
    let act = state.permit_act(&caller, "cell.remove", Action::ManageEnvironment, &Resource::Platform, "cell").await?;
    if cell == state.node.cell.identity().name() {
        return Err(Problem::conflict("this is the cell that answers; it cannot forget itself"));
    }
    // A name that no cell can have is not repeated on record.
    let act = if backshell_model::is_display_name(&cell) { act.subject(&cell) } else { act };
    let remove = async {
        let removed = state.store.remove_cell(&cell).await?;
        if removed { Ok(()) } else { Err(Problem::not_found("there is no cell of this name")) }
    };
    state.perform(act, remove).await?;
    Ok(StatusCode::NO_CONTENT)
}
