//! Wrapped data keys: one per environment.

use crate::StoreError;
use async_trait::async_trait;
use backshell_model::{EnvironmentId, WrappedDataKey};

/// The environments' data keys, wrapped by the vault.
#[async_trait]
pub trait DataKeyRepository: Send + Sync {
    /// Adds the key of an environment that has none; `Conflict` when it has one. Two nodes may race to make it: the
    /// loser reads the winner's.
    async fn add_data_key(&self, key: &WrappedDataKey) -> Result<(), StoreError>;

    /// Replaces the wrappings of keys (rotation of the key-encryption key) in one transaction: of all of them or, when one
    /// is not what is stored any more, of none. Pairs are (before, after).
    async fn rewrap_data_keys(&self, changes: &[(WrappedDataKey, WrappedDataKey)]) -> Result<(), StoreError>;

    /// The key of an environment.
    async fn data_key(&self, environment: EnvironmentId) -> Result<WrappedDataKey, StoreError>;
}
