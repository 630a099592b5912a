//! The connection on which the ledger is written, and nothing else.
//!
//! Every call waits for it, so it is spared what the other connections have between them and SQLite: there is no second
//! thread, no channel and no copy of the rows on the way to the statement. The ledger's writer has a thread of its own,
//! which may block.

use super::statement::by_code;
use crate::error::StoreError;
use crate::repository::LedgerRow;
use rusqlite::{Connection, OpenFlags, Statement};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Writes one row. Several in one statement would be put into a table of their own first, because of the trigger that looks
/// at each. What refuses a row takes the whole transaction back: before a statement that can be taken back alone touches a
/// page, SQLite copies the page, and with a statement for each row those copies would be most of the work.
const INSERT: &str = "INSERT OR ROLLBACK INTO ledger (seq, at, kind, environment, body, body_hash, hash)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// The group's transaction, as statements that are parsed once.
const BEGIN: &str = "BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT";

/// The ledger's connection; `None` once the store is closed.
#[derive(Clone)]
pub(super) struct Appender(Arc<Mutex<Option<Connection>>>);

impl Appender {
    /// Opens the connection on a database that has its schema: a path, or a `file:` address. `busy` is how long it waits
    /// for another connection that writes.
    pub(super) fn open(database: &Path, busy: Duration) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open_with_flags(database, flags)?;
            connection.busy_timeout(busy)?;
            // As on the other writing connection: a commit returns when it is on disk.
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "fullfsync", true)?;
            // And what its pages no longer hold is overwritten.
            connection.pragma_update(None, "secure_delete", true)?;
            // The table's only checks are of the length of hashes, and a row here has no others. A check is a function,
            // and a statement with one can be taken back alone.
            connection.pragma_update(None, "ignore_check_constraints", true)?;
            Ok(connection)
        };
        Ok(Self(Arc::new(Mutex::new(Some(open().map_err(|error| failure(&error))?)))))
    }

    /// Appends rows in one transaction; on disk when it returns, and none of them is there when it fails. Blocks.
    pub(super) fn append(&self, rows: &[LedgerRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = connection.as_ref().ok_or_else(|| StoreError::Unavailable("it was closed".to_owned()))?;
        let inserted = insert(connection, rows);
        // A row that is refused has ended the transaction already.
        if inserted.is_err() && !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK").map_err(|error| failure(&error))?;
        }
        inserted.map_err(|error| failure(&error))
    }

    /// Closes the connection.
    pub(super) fn close(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

fn insert(connection: &Connection, rows: &[LedgerRow]) -> rusqlite::Result<()> {
    connection.prepare_cached(BEGIN)?.raw_execute()?;
    let mut statement = connection.prepare_cached(INSERT)?;
    for row in rows {
        bind(&mut statement, row)?;
        statement.raw_execute()?;
    }
    drop(statement);
    connection.prepare_cached(COMMIT)?.raw_execute().map(drop)
}

fn bind(statement: &mut Statement<'_>, row: &LedgerRow) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(1, row.seq)?;
    statement.raw_bind_parameter(2, row.at.as_micros())?;
    statement.raw_bind_parameter(3, &*row.kind)?;
    statement.raw_bind_parameter(4, row.environment.as_deref())?;
    statement.raw_bind_parameter(5, row.body.as_deref())?;
    statement.raw_bind_parameter(6, row.body_hash.as_slice())?;
    statement.raw_bind_parameter(7, row.hash.as_slice())
}

fn failure(error: &rusqlite::Error) -> StoreError {
    match error {
        rusqlite::Error::SqliteFailure(error, _) => by_code(error.extended_code.unsigned_abs()),
        _ => StoreError::Unavailable("the driver failed".to_owned()),
    }
}
