//! Connections, and the one place where their secrets change.

use crate::{Limit, StoreError};
use async_trait::async_trait;
use backshell_model::{Connection, ConnectionId, ConnectorSlug, EnvironmentId, SealedSecrets, UserId};

/// What becomes of a connection's secrets when the connection changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretsChange {
    /// They stay. Allowed only while host set, auth kind and generation stay the same: a new host inherits nothing.
    Keep,
    /// They are dropped; the generation goes up by one.
    Drop,
    /// New ones, sealed for the new generation, take their place; the generation goes up by one.
    Replace(SealedSecrets),
}

/// A compare-and-set on one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionChange {
    /// The connection as the caller read it.
    pub before: Connection,
    /// What it shall be. Id, environment, connector, owner and time of making stay the same.
    pub after: Connection,
    /// What becomes of its secrets.
    pub secrets: SecretsChange,
}

/// Which connections a list shows; a connection must match everything that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionFilter {
    /// Only those of this environment.
    pub environment: Option<EnvironmentId>,
    /// Only those that this user made.
    pub owner: Option<UserId>,
    /// Only those of this connector.
    pub connector: Option<ConnectorSlug>,
}

/// The connections.
#[async_trait]
pub trait ConnectionRepository: Send + Sync {
    /// Adds a connection, with its secrets if it has any. `NotFound` when its environment or version does not exist.
    async fn add_connection(&self, connection: &Connection, secrets: Option<&SealedSecrets>) -> Result<(), StoreError>;

    /// Changes a connection and its secrets in one transaction, provided that it still is what `change.before` says;
    /// `Conflict` when it is not, `Invalid` when the change breaks a rule of [`SecretsChange`] or [`ConnectionChange`].
    async fn change_connection(&self, change: &ConnectionChange) -> Result<(), StoreError>;

    /// Removes a connection with its secrets and shares; whether there was one.
    async fn remove_connection(&self, id: ConnectionId) -> Result<bool, StoreError>;

    /// One connection.
    async fn connection(&self, id: ConnectionId) -> Result<Connection, StoreError>;

    /// Connections in the order of their identifiers.
    async fn connections(
        &self,
        filter: &ConnectionFilter,
        after: Option<ConnectionId>,
        limit: Limit,
    ) -> Result<Vec<Connection>, StoreError>;
}
