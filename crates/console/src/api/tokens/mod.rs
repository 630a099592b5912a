//! Access tokens. The token itself is shown once, when it is made; afterwards it is known by its identifier.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;

use crate::time::rfc3339;
use backshell_model::{AccessToken, Scope};
use serde::Serialize;
use utoipa::ToSchema;

/// An access token: everything but the token.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessToken)]
pub(crate) struct TokenBody {
    /// Names the token.
    id: String,
    /// Who calls with it.
    user: String,
    /// Who had it made: the user, or an administrator who made it for them.
    issued_by: String,
    /// The program it was made for.
    app: String,
    /// What it may be used for.
    scopes: Vec<&'static str>,
    /// The only environment it may be used in, if it is limited.
    environment: Option<String>,
    /// When it was made.
    created_at: String,
    /// From when on it is refused.
    expires_at: String,
    /// When it was revoked, if it was.
    revoked_at: Option<String>,
}

impl From<AccessToken> for TokenBody {
    fn from(token: AccessToken) -> Self {
        Self {
            id: token.id.to_string(),
            user: token.user.to_string(),
            issued_by: token.issued_by.to_string(),
            app: token.app.to_string(),
            scopes: token.scopes.iter().map(Scope::as_str).collect(),
            environment: token.environment.map(|environment| environment.to_string()),
            created_at: rfc3339(token.created_at),
            expires_at: rfc3339(token.expires_at),
            revoked_at: token.revoked_at.map(rfc3339),
        }
    }
}
