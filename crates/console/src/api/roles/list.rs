//! `GET /api/v1/roles`.

use super::{RoleBody, assignment};
use crate::api::{Page, PageQuery};
use crate::extract::{Identified, Query};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_permission::{Action, Resource};
use backshell_store::Limit;

/// Lists who holds which role
#[utoipa::path(
    get,
    path = "/api/v1/roles",
    tag = "access",
    operation_id = "roles_list",
    params(PageQuery),
    responses(
        (status = 200, description = "Assignments in the order of user, then role", body = Page<RoleBody>),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<RoleBody>>, Problem> {
    state.permit(&caller, Action::ManageAccess, &Resource::Platform)?;
    let limit = Limit::new(query.size()?);
    // A place in this list is `role:user`; no role holds a colon.
    let after = match query.after.as_deref() {
        Some(after) => {
            let (role, user) = after.split_once(':').ok_or_else(|| Problem::bad_request("`after` is no `next`"))?;
            Some(assignment(role, user)?)
        }
        None => None,
    };
    let roles = state.store.roles(after.as_ref(), limit).await?;
    let key = |held: &backshell_model::RoleAssignment| format!("{}:{}", held.role.as_str(), held.user);
    Ok(Json(Page::of(roles, limit, key, Into::into)))
}
