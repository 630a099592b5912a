//! What is asked for, and which scope a token needs for it.

use backshell_model::{ConnectionId, ConnectorSlug, EnvironmentId, Scope, TokenId, UserId};

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Make a call through a connection.
    Call,
    /// Make a connection in an environment.
    CreateConnection,
    /// See a connection's name, settings and state.
    ReadConnection,
    /// Change a connection's settings and secrets, or delete it.
    ManageConnection,
    /// Let somebody else call through a connection.
    ShareConnection,
    /// Approve a host that a connection's settings lead to.
    ApproveHost,
    /// Publish or withdraw a connector's version.
    PublishConnector,
    /// Publish a connector as the operator's own: by the publisher `platform`, or on `internal` infrastructure.
    PublishAsPlatform,
    /// See connectors and their reports.
    ReadConnector,
    /// Make or change an environment.
    ManageEnvironment,
    /// See an environment.
    ReadEnvironment,
    /// Give and take roles and group memberships.
    ManageAccess,
    /// Make an access token for a user.
    CreateToken,
    /// Revoke an access token of a user.
    RevokeToken,
    /// Read the ledger of an environment or of the whole installation.
    ReadLedger,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 15] = [
        Self::Call,
        Self::CreateConnection,
        Self::ReadConnection,
        Self::ManageConnection,
        Self::ShareConnection,
        Self::ApproveHost,
        Self::PublishConnector,
        Self::PublishAsPlatform,
        Self::ReadConnector,
        Self::ManageEnvironment,
        Self::ReadEnvironment,
        Self::ManageAccess,
        Self::CreateToken,
        Self::RevokeToken,
        Self::ReadLedger,
    ];

    /// The action's name in the policies and in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::CreateConnection => "createConnection",
            Self::ReadConnection => "readConnection",
            Self::ManageConnection => "manageConnection",
            Self::ShareConnection => "shareConnection",
            Self::ApproveHost => "approveHost",
            Self::PublishConnector => "publishConnector",
            Self::PublishAsPlatform => "publishAsPlatform",
            Self::ReadConnector => "readConnector",
            Self::ManageEnvironment => "manageEnvironment",
            Self::ReadEnvironment => "readEnvironment",
            Self::ManageAccess => "manageAccess",
            Self::CreateToken => "createToken",
            Self::RevokeToken => "revokeToken",
            Self::ReadLedger => "readLedger",
        }
    }

    /// The scopes of which a token needs at least one.
    ///
    /// Seeing an environment or a connector is part of several jobs. Every token may revoke itself, whatever its scopes:
    /// whoever finds one astray must be able to end it, and nothing else.
    pub const fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Call => &[Scope::Call],
            Self::CreateConnection
            | Self::ReadConnection
            | Self::ManageConnection
            | Self::ShareConnection
            | Self::ApproveHost => &[Scope::Connections],
            Self::PublishConnector | Self::PublishAsPlatform => &[Scope::Connectors],
            Self::ReadConnector => &[Scope::Connectors, Scope::Connections],
            Self::ReadEnvironment | Self::RevokeToken => &[Scope::Admin, Scope::Connections],
            Self::ManageEnvironment | Self::ManageAccess | Self::CreateToken => &[Scope::Admin],
            Self::ReadLedger => &[Scope::Ledger],
        }
    }
}

/// What the action is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// The installation as a whole: connectors, roles, groups, the ledger of all environments, new environments.
    Platform,
    /// One environment.
    Environment(EnvironmentId),
    /// One connection.
    Connection(ConnectionId),
    /// A connector that was published before.
    Connector {
        /// Its name in addresses.
        slug: ConnectorSlug,
        /// Who published it first.
        owner: UserId,
    },
    /// The access tokens of a user.
    TokensOf(UserId),
    /// One access token.
    Token {
        /// The token.
        id: TokenId,
        /// Who calls with it.
        user: UserId,
    },
}
