//! Pseudonyms in SQLite.

use super::SqliteStore;
use super::column::Columns;
use super::retention::{literal, rewrite};
use super::statement::{insert, one};
use crate::repository::{Pseudonym, PseudonymRepository};
use crate::{Noun, StoreError};
use async_trait::async_trait;
use backshell_model::UserId;
use sqlx::{SqliteExecutor, sqlite::SqliteRow};

#[async_trait]
impl PseudonymRepository for SqliteStore {
    async fn pseudonym(&self, user: &UserId, proposed: &Pseudonym) -> Result<Pseudonym, StoreError> {
        let mut write = self.write().await?;
        if let Some(known) = of(write.sql(), user).await? {
            return Ok(known);
        }
        let row = sqlx::query("INSERT INTO pseudonyms (user, pseudonym) VALUES (?1, ?2)")
            .bind(user.as_str())
            .bind(proposed.as_str());
        insert(write.sql(), row, Noun::Pseudonym, Noun::Pseudonym).await?;
        write.commit().await?;
        Ok(proposed.clone())
    }

    async fn known_pseudonym(&self, user: &UserId) -> Result<Option<Pseudonym>, StoreError> {
        of(&self.readers, user).await
    }

    async fn user_behind(&self, pseudonym: &Pseudonym) -> Result<Option<UserId>, StoreError> {
        let query = sqlx::query("SELECT user FROM pseudonyms WHERE pseudonym = ?1").bind(pseudonym.as_str());
        let row = one(&self.readers, query).await?;
        row.map(|row: SqliteRow| row.named("user", UserId::new)).transpose()
    }

    async fn erase_pseudonym(&self, user: &UserId) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        if of(write.sql(), user).await?.is_none() {
            return Ok(false);
        }
        rewrite(write.sql(), "pseudonyms", &format!("user <> {}", literal(user))).await?;
        write.commit().await?;
        Ok(true)
    }
}

async fn of(executor: impl SqliteExecutor<'_>, user: &UserId) -> Result<Option<Pseudonym>, StoreError> {
    let query = sqlx::query("SELECT pseudonym FROM pseudonyms WHERE user = ?1").bind(user.as_str());
    one(executor, query).await?.map(|row| row.value("pseudonym").map(Pseudonym::new)).transpose()
}
