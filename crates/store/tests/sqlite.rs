//! The embedded database keeps every promise of `Store`, in a file and in memory.

#[cfg(test)]
mod conformance;

#[cfg(test)]
mod in_a_file {
    use crate::conformance::{self, Home};
    use async_trait::async_trait;
    use backshell_store::{SqliteStore, Store};
    use std::sync::Arc;

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
