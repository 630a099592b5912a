//! `POST /api/v1/connections`.

use super::{ConnectionBody, secret_bytes};
use crate::extract::Identified;
use crate::problem::{
    BadRequest, BodyTooLarge, Conflict, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable,
    UnsupportedMediaType, WrongCell,
};
use crate::secret::{SecretJson, SecretText};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_gateway::connect;
use http::StatusCode;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a new connection shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConnection {
    /// The environment to keep it in, `env_…`.
    environment: String,
    /// The connector's slug.
    connector: String,
    /// Its name for people.
    #[schema(min_length = 1, max_length = 128)]
    name: String,
    /// The connector's connection parameters that are no secrets, by name.
    #[serde(default)]
    settings: BTreeMap<String, String>,
    /// The secret ones. They may be given later, all at once.
    #[serde(default)]
    secrets: BTreeMap<String, SecretText>,
}

/// Makes a connection
///
/// It is bound to the connector's current version. A host that the settings lead to, beyond the certified ones, waits
/// for an administrator's approval, unless an administrator makes the connection. Secrets are sealed at once.
#[utoipa::path(
    post,
    path = "/api/v1/connections",
    tag = "connections",
    operation_id = "connections_create",
    request_body = NewConnection,
    responses(
        (status = 201, description = "The connection was made", body = ConnectionBody),
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
pub(crate) async fn create(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    SecretJson(new): SecretJson<NewConnection>,
) -> Result<(StatusCode, Json<ConnectionBody>), Problem> {
    let authority = state.authority()?;
    let new = connect::NewConnection {
        environment: new.environment.parse().map_err(|_| unfit("environment", "an identifier of the form `env_…`"))?,
        connector: new.connector.parse().map_err(|_| unfit("connector", "a connector's slug"))?,
        name: new.name,
        settings: new.settings,
        secrets: secret_bytes(new.secrets),
    };
    let connection = state.connections.create(&authority, &caller, new).await?;
    state.refresh().await;
    Ok((StatusCode::CREATED, Json(connection.into())))
}

/// A value that does not fit, not repeated: this body holds secrets, and one may stand in the wrong place.
fn unfit(member: &str, wanted: &str) -> Problem {
    Problem::bad_request(format!("`{member}` is not {wanted}"))
}
