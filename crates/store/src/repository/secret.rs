//! Sealed secrets. They are written together with their connection only: see `ConnectionRepository`.

use crate::StoreError;
use async_trait::async_trait;
use backshell_model::{ConnectionId, SealedSecrets};

/// The connections' secrets, as the vault sealed them.
#[async_trait]
pub trait SecretRepository: Send + Sync {
    /// The sealed secrets of a connection; `None` when it has none.
    async fn sealed_secrets(&self, connection: ConnectionId) -> Result<Option<SealedSecrets>, StoreError>;
}
