//! Wrapped data keys in SQLite.

use super::SqliteStore;
use super::column::Columns;
use super::statement::{insert, one, run};
use crate::repository::DataKeyRepository;
use crate::{Conflict, Noun, StoreError};
use async_trait::async_trait;
use backshell_model::{EnvironmentId, WrappedDataKey};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

#[async_trait]
impl DataKeyRepository for SqliteStore {
    async fn add_data_key(&self, key: &WrappedDataKey) -> Result<(), StoreError> {
        let row = sqlx::query("INSERT INTO data_keys (environment, key_encryption_key, wrapped) VALUES (?1, ?2, ?3)")
            .bind(key.environment.to_string())
            .bind(&key.key_encryption_key)
            .bind(&key.wrapped);
        let mut write = self.write().await?;
        insert(write.sql(), row, Noun::DataKey, Noun::Environment).await?;
        write.commit_facts().await
    }

    async fn rewrap_data_keys(&self, changes: &[(WrappedDataKey, WrappedDataKey)]) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        for (before, after) in changes {
            rewrap(write.sql(), before, after).await?;
        }
        write.commit_facts_if(!changes.is_empty()).await.map(drop)
    }

    async fn data_key(&self, environment: EnvironmentId) -> Result<WrappedDataKey, StoreError> {
        let query = sqlx::query("SELECT * FROM data_keys WHERE environment = ?1").bind(environment.to_string());
        data_key(&one(&self.readers, query).await?.ok_or(StoreError::NotFound(Noun::DataKey))?)
    }
}

async fn rewrap(sql: &mut SqliteConnection, before: &WrappedDataKey, after: &WrappedDataKey) -> Result<(), StoreError> {
    if before.environment != after.environment {
        return Err(StoreError::Invalid("a data key belongs to one environment"));
    }
    let query = sqlx::query("SELECT * FROM data_keys WHERE environment = ?1").bind(before.environment.to_string());
    let stored = one(&mut *sql, query).await?.ok_or(StoreError::NotFound(Noun::DataKey))?;
    if data_key(&stored)? != *before {
        return Err(Conflict::Changed(Noun::DataKey).into());
    }
    let change = sqlx::query("UPDATE data_keys SET key_encryption_key = ?2, wrapped = ?3 WHERE environment = ?1")
        .bind(after.environment.to_string())
        .bind(&after.key_encryption_key)
        .bind(&after.wrapped);
    run(sql, change).await.map(drop)
}

pub(super) fn data_key(row: &SqliteRow) -> Result<WrappedDataKey, StoreError> {
    Ok(WrappedDataKey {
        environment: row.parsed("environment")?,
        key_encryption_key: row.text("key_encryption_key")?,
        wrapped: row.value("wrapped")?,
    })
}
