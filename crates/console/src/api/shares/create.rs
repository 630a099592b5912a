//! `POST /api/v1/connections/{connection}/shares`.

use super::{ShareBody, grantee, words};
use crate::extract::{Identified, JsonBody, Path, parse};
use crate::problem::{
    BadRequest, BodyTooLarge, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable, UnsupportedMediaType,
    WrongCell,
};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::{ConnectionId, Grantee, Share};
use backshell_permission::{Action, Resource};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// With whom a connection shall be shared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewShare {
    /// `user` or `group`.
    kind: String,
    /// The name of the user or group.
    #[schema(min_length = 1, max_length = 256)]
    name: String,
}

/// Shares a connection
///
/// Whoever it is shared with may call through it and see it, but not change it or share it on. Only its owner shares it.
#[utoipa::path(
    post,
    path = "/api/v1/connections/{connection}/shares",
    tag = "connections",
    operation_id = "shares_create",
    params(("connection" = String, Path, description = "The connection, `con_…`")),
    request_body = NewShare,
    responses(
        (status = 201, description = "The connection is shared", body = ShareBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        BodyTooLarge,
        UnsupportedMediaType,
        WrongCell,
        Unavailable
    )
)]
pub(crate) async fn create(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connection): Path<String>,
    JsonBody(new): JsonBody<NewShare>,
) -> Result<(StatusCode, Json<ShareBody>), Problem> {
    let id: ConnectionId = parse("connection", &connection)?;
    let environment = state.store.connection(id).await?.environment;
    let resource = Resource::Connection(id);
    let act = state.permit_act(&caller, "connection.share", Action::ShareConnection, &resource, &id).await?;
    state.connections.inside(&caller, "connection.share", &connection, environment).await?;
    let share = Share {
        connection: id,
        grantee: grantee(&new.kind, &new.name)?,
        granted_by: caller.user.clone(),
        created_at: state.clock.now(),
    };
    let act = act.environment(Some(environment)).detail("with", words(&share.grantee).0);
    let act = match &share.grantee {
        Grantee::User(user) => act.whom(user),
        Grantee::Group(group) => act.detail("group", group),
    };
    state.perform(act, async { Ok(state.store.add_share(&share).await?) }).await?;
    Ok((StatusCode::CREATED, Json(share.into())))
}
