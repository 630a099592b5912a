//! Roles: what users may do beyond their own connections.

pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod put;

use crate::extract::{parse_with, parse_word};
use crate::problem::Problem;
use backshell_model::{Role, RoleAssignment, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// A user holds a role.
#[derive(Serialize, ToSchema)]
#[schema(as = RoleAssignment)]
pub(crate) struct RoleBody {
    /// The user.
    user: String,
    /// The role: `administrator`, `publisher` or `auditor`.
    role: &'static str,
}

impl From<RoleAssignment> for RoleBody {
    fn from(assignment: RoleAssignment) -> Self {
        Self { user: assignment.user.to_string(), role: assignment.role.as_str() }
    }
}

fn assignment(role: &str, user: &str) -> Result<RoleAssignment, Problem> {
    Ok(RoleAssignment {
        role: parse_word("role", role, &Role::ALL, Role::as_str)?,
        user: parse_with("user", user, UserId::new)?,
    })
}
