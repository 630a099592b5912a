//! `DELETE /api/v1/directory/{connection}`.

use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::extract::State;
use backshell_permission::{Action, Resource};
use http::StatusCode;

/// Forgets where a connection of another cell is at home
#[utoipa::path(
    delete,
    path = "/api/v1/directory/{connection}",
    tag = "environments",
    operation_id = "directory_delete",
    params(("connection" = String, Path, description = "The connection, `con_…`")),
    responses(
        (status = 204, description = "It is not known any more"),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn delete(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connection): Path<String>,
) -> Result<StatusCode, Problem> {
    let resource = Resource::Platform;
    let act = state.permit_act(&caller, "directory.remove", Action::ManageEnvironment, &resource, "entry").await?;
    let connection = parse("connection", &connection)?;
    let remove = async {
        let removed = state.store.remove_directory_entry(connection).await?;
        if removed { Ok(()) } else { Err(Problem::not_found("the directory has no such connection")) }
    };
    state.perform(act.subject(&connection), remove).await?;
    Ok(StatusCode::NO_CONTENT)
}
