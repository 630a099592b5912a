//! Cells in SQLite.

use super::SqliteStore;
use super::column::Columns;
use super::environment::{boundary, listed_regions};
use super::statement::{insert, many, one, run};
use crate::repository::CellRepository;
use crate::{Conflict, Limit, Noun, StoreError};
use async_trait::async_trait;
use backshell_model::{Cell, ConnectionId, DirectoryEntry, Region};
use sqlx::sqlite::SqliteRow;

#[async_trait]
impl CellRepository for SqliteStore {
    async fn announce_cell(&self, cell: &Cell) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let query =
            sqlx::query("SELECT 1 FROM cells WHERE name = ?1 AND region = ?2 AND gateway_url = ?3 AND NOT registered")
                .bind(&cell.name)
                .bind(cell.region.as_str())
                .bind(&cell.gateway_url);
        let known = one(write.sql(), query).await?.is_some();
        let row = sqlx::query(
            "INSERT INTO cells (name, region, gateway_url, seen_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE SET region = ?2, gateway_url = ?3, seen_at = ?4, registered = 0",
        )
        .bind(&cell.name)
        .bind(cell.region.as_str())
        .bind(&cell.gateway_url)
        .bind(cell.seen_at.as_micros());
        run(write.sql(), row).await?;
        if known { write.commit().await } else { write.commit_facts().await }
    }

    async fn register_cell(&self, cell: &Cell) -> Result<(), StoreError> {
        let row = sqlx::query(
            "INSERT INTO cells (name, region, gateway_url, seen_at, registered) VALUES (?1, ?2, ?3, ?4, 1)",
        )
        .bind(&cell.name)
        .bind(cell.region.as_str())
        .bind(&cell.gateway_url)
        .bind(cell.seen_at.as_micros());
        let mut write = self.write().await?;
        insert(write.sql(), row, Noun::Cell, Noun::Cell).await?;
        write.commit_facts().await
    }

    async fn remove_cell(&self, name: &str) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let removed = run(write.sql(), sqlx::query("DELETE FROM cells WHERE name = ?1").bind(name)).await? > 0;
        write.commit_facts_if(removed).await
    }

    async fn cells(&self, after: Option<&str>, limit: Limit) -> Result<Vec<Cell>, StoreError> {
        let query = sqlx::query("SELECT * FROM cells WHERE name > ?1 ORDER BY name LIMIT ?2")
            .bind(after.unwrap_or_default())
            .bind(limit.rows());
        many(&self.readers, query, cell).await
    }

    async fn put_directory_entry(&self, entry: &DirectoryEntry) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let held = sqlx::query("SELECT 1 FROM connections WHERE id = ?1").bind(entry.connection.to_string());
        if one(write.sql(), held).await?.is_some() {
            return Err(Conflict::Exists(Noun::Connection).into());
        }
        let row = sqlx::query(
            "INSERT INTO directory (connection, environment, home, boundary, boundary_regions, noted_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (connection) DO UPDATE
             SET environment = ?2, home = ?3, boundary = ?4, boundary_regions = ?5, noted_at = ?6",
        )
        .bind(entry.connection.to_string())
        .bind(entry.environment.to_string())
        .bind(entry.home.as_str())
        .bind(entry.boundary.as_str())
        .bind(listed_regions(&entry.boundary))
        .bind(entry.noted_at.as_micros());
        run(write.sql(), row).await?;
        write.commit_facts().await
    }

    async fn remove_directory_entry(&self, connection: ConnectionId) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let query = sqlx::query("DELETE FROM directory WHERE connection = ?1").bind(connection.to_string());
        let removed = run(write.sql(), query).await? > 0;
        write.commit_facts_if(removed).await
    }

    async fn directory(&self, after: Option<ConnectionId>, limit: Limit) -> Result<Vec<DirectoryEntry>, StoreError> {
        let query = sqlx::query("SELECT * FROM directory WHERE connection > ?1 ORDER BY connection LIMIT ?2")
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(limit.rows());
        many(&self.readers, query, directory_entry).await
    }
}

pub(super) fn directory_entry(row: &SqliteRow) -> Result<DirectoryEntry, StoreError> {
    Ok(DirectoryEntry {
        connection: row.parsed("connection")?,
        environment: row.parsed("environment")?,
        home: Region::new(row.value("home")?),
        boundary: boundary(row)?,
        noted_at: row.time("noted_at")?,
    })
}

pub(super) fn cell(row: &SqliteRow) -> Result<Cell, StoreError> {
    Ok(Cell {
        name: row.text("name")?,
        region: Region::new(row.value("region")?),
        gateway_url: row.text("gateway_url")?,
        seen_at: row.time("seen_at")?,
        registered: row.value("registered")?,
    })
}
