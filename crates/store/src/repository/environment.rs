//! Environments.

use crate::{Limit, StoreError};
use async_trait::async_trait;
use backshell_model::{Environment, EnvironmentId};

/// The environments: where each is at home and how far its data may travel.
#[async_trait]
pub trait EnvironmentRepository: Send + Sync {
    /// Adds an environment; `Conflict` when its identifier, or its name within the tenant, is taken.
    async fn add_environment(&self, environment: &Environment) -> Result<(), StoreError>;

    /// Changes name, boundary and egress setting, provided that the environment still is what `before` says. Tenant,
    /// home region and time of making never change: data lies in the home region.
    async fn change_environment(&self, before: &Environment, after: &Environment) -> Result<(), StoreError>;

    /// One environment.
    async fn environment(&self, id: EnvironmentId) -> Result<Environment, StoreError>;

    /// Environments of all tenants in the order of their identifiers.
    async fn environments(&self, after: Option<EnvironmentId>, limit: Limit) -> Result<Vec<Environment>, StoreError>;
}
