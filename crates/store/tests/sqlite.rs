//! The embedded database keeps every promise of `Store`, in a file and in memory.

#[cfg(test)]
mod conformance;

#[cfg(test)]
mod in_a_file {
    use crate::conformance::{self, Home};
    use async_trait::async_trait;
    use backshell_model::Timestamp;
    use backshell_store::{LedgerRepository as _, LedgerRow, SqliteStore, Store};
    use std::sync::Arc;
    use std::time::Duration;

    struct File(tempfile::TempDir);

    #[async_trait]
    impl Home for File {
        async fn open(&self) -> Arc<dyn Store> {
            Arc::new(SqliteStore::open(&self.0.path().join("data/backshell.db")).await.unwrap())
        }
    }

    fn home() -> File {
        File(tempfile::tempdir().unwrap())
    }

    conformance::tests!(home());

    #[tokio::test]
    async fn what_was_written_outlives_the_process() {
        conformance::durability::reopening(&home()).await;
    }

    #[tokio::test]
    async fn two_processes_share_one_file() {
        conformance::concurrency::two_handles(&home()).await;
    }

    #[tokio::test]
    async fn the_log_does_not_grow_with_what_is_written() {
        const PAGE: u64 = 16 * 1024;
        const GROUPS: i64 = 400;
        const ROWS: i64 = 16;
        let home = home();
        let path = home.0.path().join("data/backshell.db");
        let store = SqliteStore::open(&path).await.unwrap();
        let row = |seq| LedgerRow {
            seq,
            at: Timestamp::from_secs(1),
            kind: "act".into(),
            environment: None,
            // As much as a page holds.
            body: Some(" ".repeat(15_000)),
            body_hash: [0; 32],
            hash: [0; 32],
        };
        for group in 0..GROUPS {
            let rows: Vec<_> = (1..=ROWS).map(|number| row(group * ROWS + number)).collect();
            store.append(&rows).await.unwrap();
            // A machine that is busy with other tests gets to the copying, too.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let log = path.with_extension("db-wal");
        let pages = std::fs::metadata(&log).unwrap().len() / PAGE;
        assert!(pages < 6_000, "{pages} pages of some {}", GROUPS * (ROWS + 3));
        store.close().await;
        assert!(!log.exists(), "something still holds the database");
    }
}

#[cfg(test)]
mod in_memory {
    use crate::conformance::{self, Home};
    use async_trait::async_trait;
    use backshell_store::{SqliteStore, Store};
    use std::sync::Arc;

    struct Memory;

    #[async_trait]
    impl Home for Memory {
        async fn open(&self) -> Arc<dyn Store> {
            Arc::new(SqliteStore::in_memory().await.unwrap())
        }
    }

    conformance::tests!(Memory);
}
