//! Cells in SQLite.

use super::SqliteStore;
use super::column::Columns;
use super::statement::{many, one, run};
use crate::repository::CellRepository;
use crate::{Limit, StoreError};
use async_trait::async_trait;
use backshell_model::{Cell, Region};
use sqlx::sqlite::SqliteRow;

#[async_trait]
impl CellRepository for SqliteStore {
    async fn announce_cell(&self, cell: &Cell) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let query = sqlx::query("SELECT 1 FROM cells WHERE name = ?1 AND region = ?2 AND gateway_url = ?3")
            .bind(&cell.name)
            .bind(cell.region.as_str())
            .bind(&cell.gateway_url);
        let known = one(write.sql(), query).await?.is_some();
        let row = sqlx::query(
            "INSERT INTO cells (name, region, gateway_url, seen_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE SET region = ?2, gateway_url = ?3, seen_at = ?4",
        )
        .bind(&cell.name)
        .bind(cell.region.as_str())
        .bind(&cell.gateway_url)
        .bind(cell.seen_at.as_micros());
        run(write.sql(), row).await?;
        if known { write.commit().await } else { write.commit_facts().await }
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
}

pub(super) fn cell(row: &SqliteRow) -> Result<Cell, StoreError> {
    Ok(Cell {
        name: row.text("name")?,
        region: Region::new(row.value("region")?),
        gateway_url: row.text("gateway_url")?,
        seen_at: row.time("seen_at")?,
    })
}
