//! `PUT /api/v1/connections/{connection}/settings`.

use super::ConnectionBody;
use crate::extract::{Identified, Path, parse};
use crate::problem::{
    BadRequest, BodyTooLarge, Conflict, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable,
    UnsupportedMediaType, WrongCell,
};
use crate::secret::SecretJson;
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A connection's settings.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Every setting by name; what is left out is removed or gets its default.
    settings: BTreeMap<String, String>,
}

/// Replaces a connection's settings
///
/// When they lead to another host, the connection's secrets and approvals are dropped in the same step, and it is
/// `unauthenticated` until secrets are given again: a new host inherits nothing.
#[utoipa::path(
    put,
    path = "/api/v1/connections/{connection}/settings",
    tag = "connections",
    operation_id = "connections_put_settings",
    params(("connection" = String, Path, description = "The connection, `con_…`")),
    request_body = Settings,
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
pub(crate) async fn put_settings(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connection): Path<String>,
    // Somebody may put a secret here by mistake: it must not come back in a message.
    SecretJson(new): SecretJson<Settings>,
) -> Result<Json<ConnectionBody>, Problem> {
    let authority = state.authority()?;
    let id = parse("connection", &connection)?;
    let connection = state.connections.update_settings(&authority, &caller, id, new.settings).await?;
    state.refresh().await;
    Ok(Json(connection.into()))
}
