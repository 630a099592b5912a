//! Running a statement, and what its failure means.

use crate::error::{Conflict, Noun, StoreError};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Sqlite, SqliteExecutor};

/// A statement with its values.
pub(super) type Statement<'q> = Query<'q, Sqlite, SqliteArguments>;

/// Runs a statement; how many rows it touched.
pub(super) async fn run(executor: impl SqliteExecutor<'_>, statement: Statement<'_>) -> Result<u64, StoreError> {
    statement.execute(executor).await.map(|done| done.rows_affected()).map_err(failure)
}

/// The first row of a query.
pub(super) async fn one(
    executor: impl SqliteExecutor<'_>,
    query: Statement<'_>,
) -> Result<Option<SqliteRow>, StoreError> {
    query.fetch_optional(executor).await.map_err(failure)
}

/// The rows of a query, each through `read`.
pub(super) async fn many<T>(
    executor: impl SqliteExecutor<'_>,
    query: Statement<'_>,
    read: fn(&SqliteRow) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    query.fetch_all(executor).await.map_err(failure)?.iter().map(read).collect()
}

/// Inserts a row. `new` says what exists already when a unique column refuses it, `parent` what does not exist when a
/// reference does.
pub(super) async fn insert(
    executor: impl SqliteExecutor<'_>,
    statement: Statement<'_>,
    new: Noun,
    parent: Noun,
) -> Result<(), StoreError> {
    match statement.execute(executor).await {
        Ok(_) => Ok(()),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Err(Conflict::Exists(new).into()),
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => Err(StoreError::NotFound(parent)),
        Err(error) => Err(failure(error)),
    }
}

/// What a failure means to the caller. SQLite's own messages name columns and never values, but statements stay out.
pub(super) fn failure(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(error) => by_code(error.code().and_then(|code| code.parse().ok()).unwrap_or(0)),
        sqlx::Error::PoolTimedOut => StoreError::Busy,
        sqlx::Error::PoolClosed => StoreError::Unavailable("it was closed".to_owned()),
        sqlx::Error::WorkerCrashed => StoreError::Unavailable("its thread ended".to_owned()),
        sqlx::Error::Io(error) => StoreError::Unavailable(error.kind().to_string()),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => StoreError::Corrupt("a column's type"),
        _ => StoreError::Unavailable("the driver failed".to_owned()),
    }
}

/// The meaning of SQLite's result codes (<https://sqlite.org/rescode.html>). The low byte is the primary code.
pub(super) fn by_code(code: u32) -> StoreError {
    let unavailable = |why: &str| StoreError::Unavailable(format!("{why} (SQLite code {code})"));
    // SQLITE_CONSTRAINT_TRIGGER: only the ledger's triggers raise one.
    if code == 1811 {
        return Conflict::LedgerSequence.into();
    }
    match code & 0xff {
        5 | 6 => StoreError::Busy,
        8 => unavailable("it may only be read"),
        10 => unavailable("the disk failed"),
        11 | 26 => StoreError::Corrupt("the database file"),
        13 => unavailable("the disk is full"),
        14 => unavailable("the file cannot be opened"),
        19 => StoreError::Invalid("a value is outside what its column allows"),
        _ => unavailable("a statement failed"),
    }
}
