//! Groups of users. A group exists while it has members.

pub(crate) mod delete_member;
pub(crate) mod list_members;
pub(crate) mod put_member;

use crate::extract::parse_with;
use crate::problem::Problem;
use backshell_model::{GroupId, Membership, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// A user belongs to a group.
#[derive(Serialize, ToSchema)]
#[schema(as = Membership)]
pub(crate) struct MembershipBody {
    /// The group.
    group: String,
    /// The user.
    user: String,
}

impl From<Membership> for MembershipBody {
    fn from(membership: Membership) -> Self {
        Self { group: membership.group.to_string(), user: membership.user.to_string() }
    }
}

fn membership(group: &str, user: &str) -> Result<Membership, Problem> {
    Ok(Membership { group: parse_with("group", group, GroupId::new)?, user: parse_with("user", user, UserId::new)? })
}
