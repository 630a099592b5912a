//! Connections: a user's authenticated binding to a connector in one environment.

use crate::caller::UserId;
use crate::catalogue::{ConnectorSlug, PackageDigest};
use crate::host::ServiceRoot;
use crate::id::{ConnectionId, EnvironmentId};
use crate::time::Timestamp;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// The `operationId` of a declared operation.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(Arc<str>);

impl OperationId {
    /// Takes the id as the definition writes it.
    pub fn new(id: &str) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OperationId({:?})", &self.0)
    }
}

/// The name of a connection parameter, as `apiProperties.json` writes it. Look-ups ignore ASCII case.
pub type SettingName = String;

/// How a connection proves itself to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuthKind {
    /// No credential.
    None,
    /// A key in a header or query parameter.
    ApiKey,
    /// User name and password, RFC 7617.
    Basic,
}

impl AuthKind {
    /// The kind's name in the API, in the database and in a secret's associated data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ApiKey => "api_key",
            Self::Basic => "basic",
        }
    }

    /// The kind that `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::None, Self::ApiKey, Self::Basic].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Whether a connection can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// Its secrets are still to be given, or were dropped because a host changed.
    Unauthenticated,
    /// It can be used.
    Connected,
}

impl ConnectionState {
    /// The state's name in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Connected => "connected",
        }
    }
}

/// A service root that this connection's settings lead to, and whether an administrator approved it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostApproval {
    /// Scheme, host, port and path prefix.
    pub root: ServiceRoot,
    /// Who approved it; `None` while it waits.
    pub approved_by: Option<UserId>,
}

/// A user's authenticated binding to a connector in one environment. Its secrets are elsewhere, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Names the connection.
    pub id: ConnectionId,
    /// The environment it belongs to.
    pub environment: EnvironmentId,
    /// The connector.
    pub connector: ConnectorSlug,
    /// The version it is bound to; what is not in it cannot be reached.
    pub version: PackageDigest,
    /// Its name for people.
    pub name: String,
    /// Who made it.
    pub owner: UserId,
    /// How it proves itself.
    pub auth_kind: AuthKind,
    /// Non-secret parameters by name.
    pub settings: BTreeMap<SettingName, String>,
    /// Service roots that its settings lead to, beyond the certified ones.
    pub hosts: Vec<HostApproval>,
    /// Whether it can be used.
    pub state: ConnectionState,
    /// Counts up with each change of its secrets or hosts; part of a secret's associated data.
    pub generation: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A connection's secrets as they are stored: one AEAD ciphertext over all of them.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecrets {
    /// The connection.
    pub connection: ConnectionId,
    /// The connection's generation when they were sealed.
    pub generation: u64,
    /// Nonce, ciphertext and tag; the layout is the vault's.
    pub bytes: Arc<[u8]>,
}

impl fmt::Debug for SealedSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedSecrets({}, generation {}, {} bytes)", self.connection, self.generation, self.bytes.len())
    }
}
