//! `DELETE /api/v1/connections/{connection}/shares/{kind}/{name}`.

use super::{grantee, words};
use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::extract::State;
use backshell_model::{ConnectionId, Grantee};
use backshell_permission::{Action, Resource};
use http::StatusCode;

/// Ends a share
///
/// Its owner may do that, and administrators, who may end what they may not begin.
#[utoipa::path(
    delete,
    path = "/api/v1/connections/{connection}/shares/{kind}/{name}",
    tag = "connections",
    operation_id = "shares_delete",
    params(
        ("connection" = String, Path, description = "The connection, `con_…`"),
        ("kind" = String, Path, description = "`user` or `group`"),
        ("name" = String, Path, description = "The name of the user or group")
    ),
    responses(
        (status = 204, description = "The connection is not shared with them any more"),
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
    Path((connection, kind, name)): Path<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    let id: ConnectionId = parse("connection", &connection)?;
    let environment = state.store.connection(id).await?.environment;
    let resource = Resource::Connection(id);
    // The policies give both to owners; administrators have the second alone.
    let act = state.permit_act(&caller, "connection.unshare", Action::ManageConnection, &resource, &id).await?;
    let grantee = grantee(&kind, &name)?;
    let act = act.environment(state.connections.held(environment).await).detail("with", words(&grantee).0);
    let act = match &grantee {
        Grantee::User(user) => act.whom(user),
        Grantee::Group(group) => act.detail("group", group),
    };
    let remove = async {
        let removed = state.store.remove_share(id, &grantee).await?;
        if removed { Ok(()) } else { Err(Problem::not_found("the connection is not shared with them")) }
    };
    state.perform(act, remove).await?;
    Ok(StatusCode::NO_CONTENT)
}
