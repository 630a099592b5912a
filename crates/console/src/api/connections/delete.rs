//! `DELETE /api/v1/connections/{connection}`.

use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::extract::State;
use http::StatusCode;

/// Deletes a connection with its secrets and shares
#[utoipa::path(
    delete,
    path = "/api/v1/connections/{connection}",
    tag = "connections",
    operation_id = "connections_delete",
    params(("connection" = String, Path, description = "The connection, `con_…`")),
    responses(
        (status = 204, description = "The connection is gone"),
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
    let authority = state.authority()?;
    state.connections.delete(&authority, &caller, parse("connection", &connection)?).await?;
    state.refresh().await;
    Ok(StatusCode::NO_CONTENT)
}
