//! What is looked at again while connectors are in use.

use crate::StoreError;
use async_trait::async_trait;
use backshell_model::{ConnectorSlug, HostName, Recheck, Timestamp, Verification};

/// The outcomes of re-verification, one for each connector, host, port and kind of check.
#[async_trait]
pub trait VerificationRepository: Send + Sync {
    /// Keeps an outcome in the place of the one before, which was `due` when it was read: one that has fallen due since then
    /// stays due, because whoever looked may have seen what was on file before. Counts the store's generation up only when
    /// calls are held, or let go on, by it.
    async fn put_verification(&self, verification: &Verification, due: Option<Timestamp>) -> Result<(), StoreError>;

    /// Forgets an outcome and what it is compared with; whether there was one.
    async fn remove_verification(
        &self,
        connector: &ConnectorSlug,
        host: &HostName,
        port: u16,
        check: Recheck,
    ) -> Result<bool, StoreError>;

    /// Every outcome for a connector, in the order of host, port and kind.
    async fn verifications(&self, connector: &ConnectorSlug) -> Result<Vec<Verification>, StoreError>;

    /// One outcome, if there is one.
    async fn verification(
        &self,
        connector: &ConnectorSlug,
        host: &HostName,
        port: u16,
        check: Recheck,
    ) -> Result<Option<Verification>, StoreError>;

    /// Every outcome for a connector for which calls are held or no new connections are made, in the order of host, port and
    /// kind.
    async fn holding_verifications(&self, connector: &ConnectorSlug) -> Result<Vec<Verification>, StoreError>;
}
