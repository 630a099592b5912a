//! Crossing grants.

use crate::{Limit, StoreError};
use async_trait::async_trait;
use backshell_model::{CrossingGrant, EnvironmentId, GrantId, Timestamp};

/// The crossing grants. They are taken back and never deleted, because the ledger names them.
#[async_trait]
pub trait CrossingGrantRepository: Send + Sync {
    /// Adds a grant. `NotFound` when its environment or connector does not exist, `Invalid` when it names no place, has
    /// no purpose, or would hold for nothing or for more than 366 days.
    async fn add_crossing_grant(&self, grant: &CrossingGrant) -> Result<(), StoreError>;

    /// Takes a grant back; false when that was done before.
    async fn revoke_crossing_grant(&self, id: GrantId, at: Timestamp) -> Result<bool, StoreError>;

    /// One grant.
    async fn crossing_grant(&self, id: GrantId) -> Result<CrossingGrant, StoreError>;

    /// The grants of an environment in the order of their identifiers, also those that hold no longer.
    async fn crossing_grants(
        &self,
        environment: EnvironmentId,
        after: Option<GrantId>,
        limit: Limit,
    ) -> Result<Vec<CrossingGrant>, StoreError>;
}
