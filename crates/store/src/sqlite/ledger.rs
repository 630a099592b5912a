//! The ledger's rows in SQLite. The migration's triggers keep them append-only and without gaps.

use super::SqliteStore;
use super::column::Columns;
use super::statement::{failure, many, run};
use crate::repository::{LedgerRepository, LedgerRow};
use crate::{Limit, StoreError};
use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, SqliteExecutor};

/// Rows per statement: seven values each, below SQLite's bound of 32,766 values.
const ROWS_PER_STATEMENT: usize = 4_096;
/// Groups up to this size have a prepared statement each.
pub(super) const PREPARED_ROWS: usize = 128;

#[async_trait]
impl LedgerRepository for SqliteStore {
    async fn append(&self, rows: &[LedgerRow]) -> Result<(), StoreError> {
        // One statement is one transaction: nothing else goes to the database for a group of records.
        if rows.len() <= ROWS_PER_STATEMENT {
            return insert_rows(&self.writer, rows).await;
        }
        let mut write = self.write().await?;
        for part in rows.chunks(ROWS_PER_STATEMENT) {
            insert_rows(write.sql(), part).await?;
        }
        write.commit().await
    }

    async fn ledger_tail(&self) -> Result<Option<LedgerRow>, StoreError> {
        Ok(self.ledger_rows_before(None, Limit::new(1)).await?.pop())
    }

    async fn ledger_rows(&self, after: i64, limit: Limit) -> Result<Vec<LedgerRow>, StoreError> {
        let query =
            sqlx::query("SELECT * FROM ledger WHERE seq > ?1 ORDER BY seq LIMIT ?2").bind(after).bind(limit.rows());
        many(&self.readers, query, ledger_row).await
    }

    async fn ledger_rows_before(&self, before: Option<i64>, limit: Limit) -> Result<Vec<LedgerRow>, StoreError> {
        let query = sqlx::query("SELECT * FROM ledger WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2")
            .bind(before.unwrap_or(i64::MAX))
            .bind(limit.rows());
        many(&self.readers, query, ledger_row).await
    }

    async fn blank_ledger_bodies(&self, seqs: &[i64]) -> Result<u64, StoreError> {
        let seqs = serde_json::Value::from(seqs).to_string();
        let erasure = sqlx::query(
            "UPDATE ledger SET body = NULL WHERE body IS NOT NULL AND seq IN (SELECT value FROM json_each(?1))",
        )
        .bind(seqs);
        run(&self.writer, erasure).await
    }
}

async fn insert_rows(executor: impl SqliteExecutor<'_>, rows: &[LedgerRow]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut statement =
        QueryBuilder::<Sqlite>::new("INSERT INTO ledger (seq, at, kind, environment, body, body_hash, hash) ");
    statement.push_values(rows, |mut values, row| {
        values
            .push_bind(row.seq)
            .push_bind(row.at.as_micros())
            .push_bind(row.kind.as_str())
            .push_bind(row.environment.as_deref())
            .push_bind(row.body.as_deref())
            .push_bind(row.body_hash.as_slice())
            .push_bind(row.hash.as_slice());
    });
    // Up to this size a statement stays prepared; larger groups are rare and would push the others out of the cache.
    let statement = statement.build().persistent(rows.len() <= PREPARED_ROWS);
    statement.execute(executor).await.map(drop).map_err(failure)
}

fn ledger_row(row: &SqliteRow) -> Result<LedgerRow, StoreError> {
    Ok(LedgerRow {
        seq: row.value("seq")?,
        at: row.time("at")?,
        kind: row.text("kind")?,
        environment: row.value("environment")?,
        body: row.value("body")?,
        body_hash: row.array("body_hash")?,
        hash: row.array("hash")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Conflict, StoreError};
    use backshell_model::Timestamp;

    #[tokio::test]
    async fn the_database_itself_refuses_to_rewrite_the_ledger() {
        let store = SqliteStore::in_memory().await.unwrap();
        let row = LedgerRow {
            seq: 1,
            at: Timestamp::from_secs(1),
            kind: "act".to_owned(),
            environment: None,
            body: Some("{}".to_owned()),
            body_hash: [1; 32],
            hash: [2; 32],
        };
        store.append(std::slice::from_ref(&row)).await.unwrap();
        for attack in [
            "DELETE FROM ledger",
            "UPDATE ledger SET seq = 2",
            "UPDATE ledger SET at = 2",
            "UPDATE ledger SET kind = 'x'",
            "UPDATE ledger SET environment = 'x'",
            "UPDATE ledger SET body = '[]'",
            "UPDATE ledger SET body_hash = zeroblob(32)",
            "UPDATE ledger SET hash = zeroblob(32)",
            "INSERT OR REPLACE INTO ledger SELECT seq, at, 'x', environment, body, body_hash, hash FROM ledger",
            "INSERT INTO ledger SELECT seq + 2, at, kind, environment, body, body_hash, hash FROM ledger",
        ] {
            let refused = run(&store.writer, sqlx::query(attack)).await;
            assert_eq!(refused, Err(StoreError::Conflict(Conflict::LedgerSequence)), "{attack}");
        }
        let short = "INSERT INTO ledger SELECT seq + 1, at, kind, environment, body, x'00', hash FROM ledger";
        assert!(matches!(run(&store.writer, sqlx::query(short)).await, Err(StoreError::Invalid(_))));
        assert_eq!(store.ledger_rows(0, Limit::MAX).await.unwrap(), [row]);
    }
}
