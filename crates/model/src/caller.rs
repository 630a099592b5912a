//! Who is calling.

use crate::access::Scopes;
use crate::id::{EnvironmentId, TokenId};
use std::{fmt, sync::Arc};

/// The text cannot name a user, group or app.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {what} is 1 to 256 characters without control characters or spaces at its ends")]
pub struct NameError {
    what: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes 1 to 256 characters without control characters and without white space at the ends.
            pub fn new(text: &str) -> Result<Self, NameError> {
                let length = text.chars().count();
                let fits = (1..=256).contains(&length) && !text.chars().any(char::is_control) && text.trim() == text;
                if fits { Ok(Self(text.into())) } else { Err(NameError { what: $what }) }
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), &self.0)
            }
        }
    };
}

name!(
    /// A person or service account, as its identity provider names it (for example `alice@contoso.example`).
    UserId, "user name"
);
name!(
    /// A group of users.
    GroupId, "group name"
);
name!(
    /// The program a caller uses: the access token's own name, later the client of an OIDC token.
    AppName, "app name"
);

/// Who is calling, as the credential they presented proves it. Made by the gateway's `identify` step and by the API.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The user on whose behalf the call is made.
    pub user: UserId,
    /// The program that makes it.
    pub app: AppName,
    /// The access token that was presented.
    pub token: TokenId,
    /// What that token may be used for; permission is asked in addition.
    pub scopes: Scopes,
    /// The only environment the token may be used in; `None` for all.
    pub environment: Option<EnvironmentId>,
    /// Who made the token, when that was not the user: they could call in the user's name, so every record says it.
    pub issued_by: Option<UserId>,
}
