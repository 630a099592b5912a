//! Access: tokens, roles, groups and shares.

use crate::caller::{AppName, GroupId, UserId};
use crate::id::{ConnectionId, EnvironmentId, TokenId};
use crate::time::Timestamp;
use std::{fmt, str::FromStr};

/// What an access token may be used for. A scope never grants anything by itself; it narrows what its user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Make calls through the gateway.
    Call,
    /// Read and manage connections, shares and approvals.
    Connections,
    /// Read and publish connectors.
    Connectors,
    /// Manage environments, roles, groups and other people's tokens.
    Admin,
    /// Read the ledger.
    Ledger,
}

impl Scope {
    /// Every scope, in the order they are listed.
    pub const ALL: [Self; 5] = [Self::Call, Self::Connections, Self::Connectors, Self::Admin, Self::Ledger];

    /// The scope's name in the API and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Connections => "connections",
            Self::Connectors => "connectors",
            Self::Admin => "admin",
            Self::Ledger => "ledger",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope; the scopes are call, connections, connectors, admin and ledger")]
pub struct ScopeError(String);

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| ScopeError(text.chars().take(64).collect()))
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Scopes(u8);

impl Scopes {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// Every scope.
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// Whether the set holds `scope`.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    /// Whether every scope of this set is also in `other`.
    pub const fn is_subset_of(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The scopes of the set, in their listed order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | (1 << scope as u8)))
    }
}

/// SHA-256 of an access token. A token holds 256 bits of randomness, so a plain hash cannot be searched.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

/// An access token as it is stored: everything but the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// Names the token.
    pub id: TokenId,
    /// SHA-256 of the token.
    pub hash: TokenHash,
    /// Who calls with it.
    pub user: UserId,
    /// Who had it made: the user, or an administrator who made it for them and could use it in their name.
    pub issued_by: UserId,
    /// The program it was made for.
    pub app: AppName,
    /// What it may be used for.
    pub scopes: Scopes,
    /// The only environment it may be used in; `None` for all.
    pub environment: Option<EnvironmentId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// What a user may do beyond their own connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// May do everything but read secrets and call other people's connections.
    Administrator,
    /// May publish connectors.
    Publisher,
    /// May read the ledger and every report.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Administrator, Self::Publisher, Self::Auditor];

    /// The role's name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Publisher => "publisher",
            Self::Auditor => "auditor",
        }
    }
}

/// A user holds a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleAssignment {
    /// The user.
    pub user: UserId,
    /// The role.
    pub role: Role,
}

/// A user belongs to a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Membership {
    /// The group.
    pub group: GroupId,
    /// The user.
    pub user: UserId,
}

/// Whom a connection is shared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grantee {
    /// One person.
    User(UserId),
    /// Everyone in a group.
    Group(GroupId),
}

/// A connection's owner lets somebody else call through it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The connection.
    pub connection: ConnectionId,
    /// Who may call through it.
    pub grantee: Grantee,
    /// Who shared it.
    pub granted_by: UserId,
    /// When.
    pub created_at: Timestamp,
}
