//! `GET /api/v1/connections/{connection}`.

use super::ConnectionBody;
use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_permission::{Action, Resource};

/// Shows one connection
#[utoipa::path(
    get,
    path = "/api/v1/connections/{connection}",
    tag = "connections",
    operation_id = "connections_get",
    params(("connection" = String, Path, description = "The connection, `con_…`")),
    responses(
        (status = 200, description = "The connection", body = ConnectionBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn get(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connection): Path<String>,
) -> Result<Json<ConnectionBody>, Problem> {
    let id = parse("connection", &connection)?;
    let connection = state.store.connection(id).await?;
    state.permit(&caller, Action::ReadConnection, &Resource::Connection(id))?;
    Ok(Json(connection.into()))
}
