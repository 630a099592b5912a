//! `PUT /api/v1/connections/{connection}/secrets`.

use super::{ConnectionBody, secret_bytes};
use crate::extract::{Identified, Path, parse};
use crate::problem::{
    BadRequest, BodyTooLarge, Conflict, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable,
    UnsupportedMediaType, WrongCell,
};
use crate::secret::{SecretJson, SecretText};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A connection's secrets.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Secrets {
    /// Every secret by name, all at once: what is left out is removed.
    secrets: BTreeMap<String, SecretText>,
}

/// Replaces a connection's secrets
///
/// They are sealed for this connection, its hosts and its way to authenticate, and are never shown again.
#[utoipa::path(
    put,
    path = "/api/v1/connections/{connection}/secrets",
    tag = "connections",
    operation_id = "connections_put_secrets",
    params(("connection" = String, Path, description = "The connection, `con_…`")),
    request_body = Secrets,
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
pub(crate) async fn put_secrets(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connection): Path<String>,
    SecretJson(new): SecretJson<Secrets>,
) -> Result<Json<ConnectionBody>, Problem> {
    let authority = state.authority()?;
    let id = parse("connection", &connection)?;
    let connection = state.connections.put_secrets(&authority, &caller, id, secret_bytes(new.secrets)).await?;
    state.refresh().await;
    Ok(Json(connection.into()))
}
