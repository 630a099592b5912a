//! Tenants in SQLite.

use super::SqliteStore;
use super::column::Columns;
use super::statement::{insert, many, one};
use crate::repository::TenantRepository;
use crate::{Limit, Noun, StoreError};
use async_trait::async_trait;
use backshell_model::{Tenant, TenantId};
use sqlx::sqlite::SqliteRow;

#[async_trait]
impl TenantRepository for SqliteStore {
    async fn add_tenant(&self, tenant: &Tenant) -> Result<(), StoreError> {
        let row = sqlx::query("INSERT INTO tenants (id, name, created_at) VALUES (?1, ?2, ?3)")
            .bind(tenant.id.to_string())
            .bind(&tenant.name)
            .bind(tenant.created_at.as_micros());
        insert(&self.writer, row, Noun::Tenant, Noun::Tenant).await
    }

    async fn tenant(&self, id: TenantId) -> Result<Tenant, StoreError> {
        let query = sqlx::query("SELECT * FROM tenants WHERE id = ?1").bind(id.to_string());
        tenant(&one(&self.readers, query).await?.ok_or(StoreError::NotFound(Noun::Tenant))?)
    }

    async fn tenants(&self, after: Option<TenantId>, limit: Limit) -> Result<Vec<Tenant>, StoreError> {
        let query = sqlx::query("SELECT * FROM tenants WHERE id > ?1 ORDER BY id LIMIT ?2")
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(limit.rows());
        many(&self.readers, query, tenant).await
    }
}

fn tenant(row: &SqliteRow) -> Result<Tenant, StoreError> {
    Ok(Tenant { id: row.parsed("id")?, name: row.text("name")?, created_at: row.time("created_at")? })
}
