//! `GET /api/v1/groups/{group}/members`.

use super::MembershipBody;
use crate::api::{Page, PageQuery};
use crate::extract::{Identified, Path, Query, parse_with};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::{GroupId, Membership, UserId};
use backshell_permission::{Action, Resource};
use backshell_store::Limit;

/// Lists a group's members
///
/// A group without members and a group that was never used look the same: empty.
#[utoipa::path(
    get,
    path = "/api/v1/groups/{group}/members",
    tag = "access",
    operation_id = "groups_list_members",
    params(("group" = String, Path, description = "The group's name"), PageQuery),
    responses(
        (status = 200, description = "Members in the order of their names", body = Page<MembershipBody>),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn list_members(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(group): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<MembershipBody>>, Problem> {
    state.permit(&caller, Action::ManageAccess, &Resource::Platform)?;
    let group = parse_with("group", &group, GroupId::new)?;
    let limit = Limit::new(query.size()?);
    let after = match query.after.as_deref() {
        Some(after) => Some(Membership { group: group.clone(), user: parse_with("after", after, UserId::new)? }),
        None => None,
    };
    let members = state.store.memberships(Some(&group), after.as_ref(), limit).await?;
    Ok(Json(Page::of(members, limit, |member| member.user.to_string(), Into::into)))
}
