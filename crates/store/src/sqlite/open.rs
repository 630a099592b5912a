//! Opening the database: where the file lies, who may read it, and the settings that durability rests on.

use super::statement::failure;
use super::wal::{Copier, OVERDUE};
use super::{SqliteStore, appender::Appender};
use crate::error::StoreError;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlitePool};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{io, path::Path, time::Duration};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");

/// Bytes of a page of the database file.
pub(super) const PAGE: u32 = 16 * 1024;
/// How many statements may read at the same time.
const READERS: u32 = 4;
/// How long a statement waits for another process that holds the database.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// How long a call waits for a connection, that is for the calls before it.
const QUEUE: Duration = Duration::from_secs(10);

impl SqliteStore {
    /// Opens the database at `path`. A missing file is made (mode 0600), with a missing folder (mode 0700) around it,
    /// and the schema is brought up to date.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        make_private(path).await.map_err(|error| {
            StoreError::Unavailable(format!("the database file cannot be made ({}); check its folder", error.kind()))
        })?;
        let common = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY).disable_statement_logging();
        // FULL: a commit returns after the write-ahead log is flushed to the disk, fullfsync: through the disk's cache
        // on systems that tell the two apart. secure_delete: erased pseudonyms and secrets are overwritten, too.
        let writer = common
            .clone()
            // Of a new database. The ledger appends megabytes a second under load: larger pages are fewer writes.
            .page_size(PAGE)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("fullfsync", "1")
            .pragma("secure_delete", "1")
            // What is put aside during an erasure is not put into a file.
            .pragma("temp_store", "MEMORY")
            // The log is copied by a thread of its own.
            .pragma("wal_autocheckpoint", OVERDUE.to_string())
            .statement_cache_capacity(128);
        let writer = pool(1).connect_with(writer).await.map_err(failure)?;
        migrate(&writer).await?;
        let reader = common.pragma("query_only", "1");
        let readers = pool(READERS).connect_with(reader).await.map_err(failure)?;
        let appender = Appender::open(path, BUSY, Some(Copier::start(path)?))?;
        Ok(Self { writer, appender, readers })
    }

    /// A database in memory that is gone with this value: for demos and tests.
    pub async fn in_memory() -> Result<Self, StoreError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        // A name that begins with a slash is one database for all connections of the process.
        let name = format!("file:/backshell-{}?vfs=memdb", NUMBER.fetch_add(1, Ordering::Relaxed));
        let options = SqliteConnectOptions::new()
            .filename(&name)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let writer = pool(1).connect_with(options).await.map_err(failure)?;
        migrate(&writer).await?;
        let appender = Appender::open(Path::new(&name), BUSY, None)?;
        Ok(Self { readers: writer.clone(), appender, writer })
    }
}

/// A pool whose connections stay open: a database in memory lives in its connection.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(QUEUE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    MIGRATIONS.run(pool).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => failure(error),
        MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) => StoreError::Unavailable(
            "its schema is not one of this version's; use the Backshell that wrote it, or a newer one".to_owned(),
        ),
        _ => StoreError::Unavailable("its schema cannot be brought up to date".to_owned()),
    })
}

/// Makes the file before SQLite does, because SQLite would let the group and the world read it. The write-ahead log
/// inherits the file's mode.
async fn make_private(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut builder = tokio::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        builder.mode(0o700);
        builder.create(folder).await?;
    }
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(path).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::column::Columns;
    use crate::sqlite::statement::one;

    async fn setting(pool: &SqlitePool, pragma: &'static str) -> String {
        let row = one(pool, sqlx::query(pragma)).await.unwrap().unwrap();
        sqlx::Row::try_get_unchecked::<String, _>(&row, 0).unwrap()
    }

    #[tokio::test]
    async fn durability_settings_are_in_force() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("data/backshell.db")).await.unwrap();
        assert_eq!(setting(&store.writer, "PRAGMA journal_mode").await, "wal");
        assert_eq!(setting(&store.writer, "PRAGMA synchronous").await, "2");
        assert_eq!(setting(&store.writer, "PRAGMA foreign_keys").await, "1");
        assert_eq!(setting(&store.writer, "PRAGMA secure_delete").await, "1");
        assert_eq!(setting(&store.writer, "PRAGMA busy_timeout").await, "5000");
        assert_eq!(setting(&store.readers, "PRAGMA query_only").await, "1");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_may_read_the_files() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/backshell.db");
        let _store = SqliteStore::open(&path).await.unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        let mut files = 0;
        for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
            files += 1;
            assert_eq!(mode(&file.unwrap().path()), 0o600);
        }
        assert_eq!(files, 3, "database, write-ahead log and its index");
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("backshell.db")).await.unwrap();
        let written = one(&store.readers, sqlx::query("DELETE FROM tenants RETURNING id")).await;
        assert!(matches!(written, Err(StoreError::Unavailable(_))), "{written:?}");
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backshell.db");
        std::fs::write(&path, "x".repeat(4096)).unwrap();
        assert_eq!(SqliteStore::open(&path).await.unwrap_err(), StoreError::Corrupt("the database file"));
    }

    #[tokio::test]
    async fn a_schema_from_the_future_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backshell.db");
        let store = SqliteStore::open(&path).await.unwrap();
        sqlx::query("UPDATE _sqlx_migrations SET version = version + 1000").execute(&store.writer).await.unwrap();
        drop(store);
        let refused = SqliteStore::open(&path).await.unwrap_err().to_string();
        assert!(refused.contains("schema"), "{refused}");
    }

    #[tokio::test]
    async fn rows_from_before_get_owners_and_issuers() {
        let options = SqliteConnectOptions::new().in_memory(true);
        let old = pool(1).connect_with(options).await.unwrap();
        sqlx::raw_sql(include_str!("../../migrations/sqlite/0001_foundation.sql")).execute(&old).await.unwrap();
        let rows = "INSERT INTO connectors VALUES ('contoso', 't', 'p', 'verified', 'external', 0);
            INSERT INTO tokens VALUES ('tok_1', zeroblob(32), 'alice', 'cli', 'call', NULL, 0, 1, NULL);";
        sqlx::raw_sql(rows).execute(&old).await.unwrap();
        sqlx::raw_sql(include_str!("../../migrations/sqlite/0002_owners.sql")).execute(&old).await.unwrap();
        let query = "SELECT owner, issued_by FROM connectors, tokens";
        let row = one(&old, sqlx::query(query)).await.unwrap().unwrap();
        assert_eq!((row.value("owner"), row.value("issued_by")), (Ok("administrator"), Ok("alice")));
    }

    #[tokio::test]
    async fn unreadable_values_are_named_and_not_shown() {
        let store = SqliteStore::in_memory().await.unwrap();
        let row =
            one(&store.writer, sqlx::query("SELECT 'canary' AS state, 'canary' AS digest")).await.unwrap().unwrap();
        let state = row.word("state", backshell_model::VersionState::from_word).unwrap_err();
        assert_eq!(state, StoreError::Corrupt("state"));
        assert_eq!(row.array("digest").unwrap_err(), StoreError::Corrupt("digest"));
    }
}
