//! Tenants.

use crate::{Limit, StoreError};
use async_trait::async_trait;
use backshell_model::{Tenant, TenantId};

/// The organisations.
#[async_trait]
pub trait TenantRepository: Send + Sync {
    /// Adds a tenant; `Conflict` when its identifier or name is taken.
    async fn add_tenant(&self, tenant: &Tenant) -> Result<(), StoreError>;

    /// One tenant.
    async fn tenant(&self, id: TenantId) -> Result<Tenant, StoreError>;

    /// Tenants in the order of their identifiers.
    async fn tenants(&self, after: Option<TenantId>, limit: Limit) -> Result<Vec<Tenant>, StoreError>;
}
