//! Sealed secrets in SQLite.

use super::SqliteStore;
use super::column::Columns;
use super::statement::one;
use crate::StoreError;
use crate::repository::SecretRepository;
use async_trait::async_trait;
use backshell_model::{ConnectionId, SealedSecrets};
use sqlx::sqlite::SqliteRow;

#[async_trait]
impl SecretRepository for SqliteStore {
    async fn sealed_secrets(&self, connection: ConnectionId) -> Result<Option<SealedSecrets>, StoreError> {
        let query = sqlx::query("SELECT * FROM sealed_secrets WHERE connection = ?1").bind(connection.to_string());
        one(&self.readers, query).await?.as_ref().map(sealed).transpose()
    }
}

pub(super) fn sealed(row: &SqliteRow) -> Result<SealedSecrets, StoreError> {
    Ok(SealedSecrets {
        connection: row.parsed("connection")?,
        generation: row.count("generation")?,
        bytes: row.value::<&[u8]>("bytes")?.into(),
    })
}
