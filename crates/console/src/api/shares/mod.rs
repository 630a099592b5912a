//! Shares: who may call through a connection beside its owner.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;

use crate::extract::parse_with;
use crate::problem::Problem;
use crate::time::rfc3339;
use backshell_model::{Grantee, GroupId, Share, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// A connection is shared with somebody.
#[derive(Serialize, ToSchema)]
#[schema(as = Share)]
pub(crate) struct ShareBody {
    /// The connection.
    connection: String,
    /// `user` or `group`.
    kind: &'static str,
    /// The name of the user or group.
    name: String,
    /// Who shared it.
    granted_by: String,
    /// When.
    created_at: String,
}

impl From<Share> for ShareBody {
    fn from(share: Share) -> Self {
        let (kind, name) = words(&share.grantee);
        Self {
            connection: share.connection.to_string(),
            kind,
            name: name.to_owned(),
            granted_by: share.granted_by.to_string(),
            created_at: rfc3339(share.created_at),
        }
    }
}

fn words(grantee: &Grantee) -> (&'static str, &str) {
    match grantee {
        Grantee::User(user) => ("user", user.as_str()),
        Grantee::Group(group) => ("group", group.as_str()),
    }
}

fn grantee(kind: &str, name: &str) -> Result<Grantee, Problem> {
    match kind {
        "user" => Ok(Grantee::User(parse_with("name", name, UserId::new)?)),
        "group" => Ok(Grantee::Group(parse_with("name", name, GroupId::new)?)),
        _ => Err(Problem::bad_request("`kind` is none of user, group")),
    }
}
