//! Crossing grants in SQLite.

use super::SqliteStore;
use super::column::Columns;
use super::statement::{insert, many, one, run};
use crate::repository::CrossingGrantRepository;
use crate::{Limit, Noun, StoreError};
use async_trait::async_trait;
use backshell_model::{CrossingGrant, EnvironmentId, GrantId, Timestamp, TransferBasis, UserId, VersionRange};
use sqlx::sqlite::SqliteRow;

#[async_trait]
impl CrossingGrantRepository for SqliteStore {
    async fn add_crossing_grant(&self, grant: &CrossingGrant) -> Result<(), StoreError> {
        if grant.places.is_empty() {
            return Err(StoreError::Invalid("a crossing grant names at least one place"));
        }
        let mut write = self.write().await?;
        let environment = sqlx::query("SELECT 1 FROM environments WHERE id = ?1").bind(grant.environment.to_string());
        one(write.sql(), environment).await?.ok_or(StoreError::NotFound(Noun::Environment))?;
        let row = sqlx::query(
            "INSERT INTO crossing_grants
                 (id, environment, connector, version_from, version_to, places, purpose, basis, reference, granted_by,
                  created_at, expires_at, revoked_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )
        .bind(grant.id.to_string())
        .bind(grant.environment.to_string())
        .bind(grant.connector.as_str())
        .bind(grant.versions.from)
        .bind(grant.versions.to)
        .bind(serde_json::Value::from(grant.places.clone()).to_string())
        .bind(&grant.purpose)
        .bind(grant.basis.as_str())
        .bind(&grant.reference)
        .bind(grant.granted_by.as_str())
        .bind(grant.created_at.as_micros())
        .bind(grant.expires_at.as_micros())
        .bind(grant.revoked_at.map(Timestamp::as_micros));
        insert(write.sql(), row, Noun::CrossingGrant, Noun::Connector).await?;
        write.commit_facts().await
    }

    async fn revoke_crossing_grant(&self, id: GrantId, at: Timestamp) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let query = sqlx::query("SELECT 1 FROM crossing_grants WHERE id = ?1").bind(id.to_string());
        one(write.sql(), query).await?.ok_or(StoreError::NotFound(Noun::CrossingGrant))?;
        let change = sqlx::query("UPDATE crossing_grants SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")
            .bind(id.to_string())
            .bind(at.as_micros());
        let revoked = run(write.sql(), change).await? > 0;
        write.commit_facts_if(revoked).await
    }

    async fn crossing_grant(&self, id: GrantId) -> Result<CrossingGrant, StoreError> {
        let query = sqlx::query("SELECT * FROM crossing_grants WHERE id = ?1").bind(id.to_string());
        crossing_grant(&one(&self.readers, query).await?.ok_or(StoreError::NotFound(Noun::CrossingGrant))?)
    }

    async fn crossing_grants(
        &self,
        environment: EnvironmentId,
        after: Option<GrantId>,
        limit: Limit,
    ) -> Result<Vec<CrossingGrant>, StoreError> {
        let query =
            sqlx::query("SELECT * FROM crossing_grants WHERE environment = ?1 AND id > ?2 ORDER BY id LIMIT ?3")
                .bind(environment.to_string())
                .bind(after.map(|id| id.to_string()).unwrap_or_default())
                .bind(limit.rows());
        many(&self.readers, query, crossing_grant).await
    }
}

pub(super) fn crossing_grant(row: &SqliteRow) -> Result<CrossingGrant, StoreError> {
    let to: Option<i64> = row.value("version_to")?;
    let to = to.map(u32::try_from).transpose().map_err(|_| StoreError::Corrupt("version_to"))?;
    let revoked_at: Option<i64> = row.value("revoked_at")?;
    Ok(CrossingGrant {
        id: row.parsed("id")?,
        environment: row.parsed("environment")?,
        connector: row.parsed("connector")?,
        versions: VersionRange { from: row.count("version_from")?, to },
        places: row.named("places", |json| serde_json::from_str::<Vec<String>>(json))?,
        purpose: row.text("purpose")?,
        basis: row.word("basis", TransferBasis::from_word)?,
        reference: row.text("reference")?,
        granted_by: row.named("granted_by", UserId::new)?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        revoked_at: revoked_at.map(Timestamp::from_micros),
    })
}
