//! The ledger's rows in SQLite. The migration's triggers keep them append-only and without gaps.

use super::SqliteStore;
use super::column::Columns;
use super::statement::{many, run};
use crate::repository::{LedgerRepository, LedgerRow};
use crate::{Limit, StoreError};
use async_trait::async_trait;
use sqlx::SqliteExecutor;
use sqlx::sqlite::SqliteRow;

#[async_trait]
impl LedgerRepository for SqliteStore {
    async fn append(&self, rows: &[LedgerRow]) -> Result<(), StoreError> {
        self.appender.append(rows)
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
        erase_bodies(&self.writer, seqs).await
    }
}

/// Overwrites bodies in their places; how many rows had one. Only a value of the same length leaves the row and its
/// neighbours where they are (see the migration on retention).
pub(super) async fn erase_bodies(executor: impl SqliteExecutor<'_>, seqs: &[i64]) -> Result<u64, StoreError> {
    let erasure = sqlx::query(
        "UPDATE ledger SET body = replace(hex(zeroblob(octet_length(body))), '00', ' ')
         WHERE seq IN (SELECT value FROM json_each(?1)) AND body IS NOT NULL AND substr(body, 1, 1) <> ' '",
    )
    .bind(serde_json::Value::from(seqs).to_string());
    run(executor, erasure).await
}

/// Whether a body is not one any more. Records are JSON objects and never blank.
fn is_erased(body: &str) -> bool {
    body.bytes().all(|byte| byte == b' ')
}

fn ledger_row(row: &SqliteRow) -> Result<LedgerRow, StoreError> {
    Ok(LedgerRow {
        seq: row.value("seq")?,
        at: row.time("at")?,
        kind: row.text("kind")?.into(),
        environment: row.value("environment")?,
        body: row.value::<Option<String>>("body")?.filter(|body| !is_erased(body)),
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
            kind: "act".into(),
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
            "UPDATE ledger SET body = ' '",
            "UPDATE ledger SET body = ''",
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
