//! `PUT /api/v1/roles/{role}/users/{user}`.

use super::{RoleBody, assignment};
use crate::extract::{Identified, Path};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_permission::{Action, Resource};

/// Gives a user a role
///
/// Repeating it changes nothing.
#[utoipa::path(
    put,
    path = "/api/v1/roles/{role}/users/{user}",
    tag = "access",
    operation_id = "roles_put",
    params(
        ("role" = String, Path, description = "`administrator`, `publisher` or `auditor`"),
        ("user" = String, Path, description = "The user's name")
    ),
    responses(
        (status = 200, description = "The user holds the role", body = RoleBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn put(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path((role, user)): Path<(String, String)>,
) -> Result<Json<RoleBody>, Problem> {
    let act = state.permit_act(&caller, "role.assign", Action::ManageAccess, &Resource::Platform, "role").await?;
    let assignment = assignment(&role, &user)?;
    let act = act.subject(assignment.role.as_str()).whom(&assignment.user);
    state.perform(act, async { Ok(state.store.assign_role(&assignment).await?) }).await?;
    Ok(Json(assignment.into()))
}
