//! `DELETE /api/v1/groups/{group}/members/{user}`.

use super::membership;
use crate::extract::{Identified, Path};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::extract::State;
use backshell_permission::{Action, Resource};
use http::StatusCode;

/// Takes a user out of a group
#[utoipa::path(
    delete,
    path = "/api/v1/groups/{group}/members/{user}",
    tag = "access",
    operation_id = "groups_delete_member",
    params(
        ("group" = String, Path, description = "The group's name"),
        ("user" = String, Path, description = "The user's name")
    ),
    responses(
        (status = 204, description = "The user is not in the group any more"),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn delete_member(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path((group, user)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let act =
        state.permit_act(&caller, "group.remove_member", Action::ManageAccess, &Resource::Platform, "group").await?;
    let membership = membership(&group, &user)?;
    let act = act.subject(&membership.group).whom(&membership.user);
    let remove = async {
        let removed = state.store.remove_member(&membership).await?;
        if removed { Ok(()) } else { Err(Problem::not_found("the user is not in this group")) }
    };
    state.perform(act, remove).await?;
    Ok(StatusCode::NO_CONTENT)
}
