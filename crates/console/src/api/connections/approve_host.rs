//! `POST /api/v1/connections/{connection}/hosts/approve`.

use super::ConnectionBody;
use crate::extract::{Identified, JsonBody, Path, parse};
use crate::problem::{
    BadRequest, BodyTooLarge, Conflict, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable,
    UnsupportedMediaType, WrongCell,
};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// The host to approve.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveHost {
    /// The `root` exactly as the connection lists it.
    #[schema(max_length = 2048)]
    root: String,
}

/// Approves a host that a connection's settings lead to
///
/// The connection's secrets will be sent there. Only administrators approve.
#[utoipa::path(
    post,
    path = "/api/v1/connections/{connection}/hosts/approve",
    tag = "connections",
    operation_id = "connections_approve_host",
    params(("connection" = String, Path, description = "The connection, `con_…`")),
    request_body = ApproveHost,
    responses(
        (status = 200, description = "The connection as it is now", body = ConnectionBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Conflict,
        BodyTooLarge,
        UnsupportedMediaType,
        WrongCell,
        Unavailable
    )
)]
pub(crate) async fn approve_host(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connection): Path<String>,
    JsonBody(approve): JsonBody<ApproveHost>,
) -> Result<Json<ConnectionBody>, Problem> {
    let authority = state.authority()?;
    let id = parse("connection", &connection)?;
    let connection = state.connections.approve_host(&authority, &caller, id, &approve.root).await?;
    state.refresh().await;
    Ok(Json(connection.into()))
}
