//! The proof that a call is permitted.

use crate::reason::Reason;
use backshell_model::{AppName, ConnectionId, EnvironmentId, OperationId, TokenId, UserId};

/// The proof that one call is permitted. [`Authority::permit_call`](crate::Authority::permit_call) is its only maker;
/// the boundary takes it, and nothing behind the boundary can be had without it.
///
/// ```compile_fail,E0451
/// # fn forge(user: backshell_model::UserId) {
/// let permitted = backshell_permission::Permitted { user, ..todo!() };
/// # }
/// ```
#[derive(Debug)]
pub struct Permitted {
    pub(crate) user: UserId,
    pub(crate) app: AppName,
    pub(crate) token: TokenId,
    pub(crate) connection: ConnectionId,
    pub(crate) environment: EnvironmentId,
    pub(crate) operation: OperationId,
    pub(crate) reason: Reason,
}

impl Permitted {
    /// On whose behalf the call is made.
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// The program that makes it.
    pub fn app(&self) -> &AppName {
        &self.app
    }

    /// The access token that was presented.
    pub fn token(&self) -> TokenId {
        self.token
    }

    /// The connection it goes through.
    pub fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// The connection's environment.
    pub fn environment(&self) -> EnvironmentId {
        self.environment
    }

    /// The operation it calls.
    pub fn operation(&self) -> &OperationId {
        &self.operation
    }

    /// Which policies permitted it.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }
}
