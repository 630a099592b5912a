//! `DELETE /api/v1/roles/{role}/users/{user}`.

use super::assignment;
use crate::extract::{Identified, Path};
use crate::problem::{BadRequest, Conflict, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::extract::State;
use backshell_permission::{Action, Resource};
use http::StatusCode;

/// Takes a role from a user
///
/// The last administrator cannot lose the role: nobody could give it back.
#[utoipa::path(
    delete,
    path = "/api/v1/roles/{role}/users/{user}",
    tag = "access",
    operation_id = "roles_delete",
    params(
        ("role" = String, Path, description = "`administrator`, `publisher` or `auditor`"),
        ("user" = String, Path, description = "The user's name")
    ),
    responses(
        (status = 204, description = "The user does not hold the role any more"),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Conflict,
        Unavailable
    )
)]
pub(crate) async fn delete(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path((role, user)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let act = state.permit_act(&caller, "role.withdraw", Action::ManageAccess, &Resource::Platform, "role").await?;
    let assignment = assignment(&role, &user)?;
    let act = act.subject(assignment.role.as_str()).whom(&assignment.user);
    let withdraw = async {
        let withdrawn = state.store.withdraw_role(&assignment).await?;
        if withdrawn { Ok(()) } else { Err(Problem::not_found("the user does not hold this role")) }
    };
    state.perform(act, withdraw).await?;
    Ok(StatusCode::NO_CONTENT)
}
