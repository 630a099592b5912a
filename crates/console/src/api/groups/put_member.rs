//! `PUT /api/v1/groups/{group}/members/{user}`.

use super::{MembershipBody, membership};
use crate::extract::{Identified, Path};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_permission::{Action, Resource};

/// Puts a user into a group
///
/// Repeating it changes nothing.
#[utoipa::path(
    put,
    path = "/api/v1/groups/{group}/members/{user}",
    tag = "access",
    operation_id = "groups_put_member",
    params(
        ("group" = String, Path, description = "The group's name"),
        ("user" = String, Path, description = "The user's name")
    ),
    responses(
        (status = 200, description = "The user is in the group", body = MembershipBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn put_member(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path((group, user)): Path<(String, String)>,
) -> Result<Json<MembershipBody>, Problem> {
    let act = state.permit_act(&caller, "group.add_member", Action::ManageAccess, &Resource::Platform, "group").await?;
    let membership = membership(&group, &user)?;
    let act = act.subject(&membership.group).whom(&membership.user);
    state.perform(act, async { Ok(state.store.add_member(&membership).await?) }).await?;
    Ok(Json(membership.into()))
}
