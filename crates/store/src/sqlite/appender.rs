//! The connection on which the ledger is written, and nothing else.
//!
//! Every call waits for it, so it is spared what the other connections have between them and SQLite: there is no second
//! thread, no channel and no copy of the rows on the way to the statement. The ledger's writer has a thread of its own,
//! which may block.

use super::statement::by_code;
use crate::error::StoreError;
use crate::repository::LedgerRow;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const INSERT: &str = "INSERT INTO ledger (seq, at, kind, environment, body, body_hash, hash) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

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
            Ok(connection)
        };
        Ok(Self(Arc::new(Mutex::new(Some(open().map_err(|error| failure(&error))?)))))
    }

    /// Appends rows in one transaction; on disk when it returns. Blocks.
    pub(super) fn append(&self, rows: &[LedgerRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = connection.as_mut().ok_or_else(|| StoreError::Unavailable("it was closed".to_owned()))?;
        insert(connection, rows).map_err(|error| failure(&error))
    }

    /// Closes the connection.
    pub(super) fn close(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

fn insert(connection: &mut Connection, rows: &[LedgerRow]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut statement = transaction.prepare_cached(INSERT)?;
    for row in rows {
        statement.execute((
            row.seq,
            row.at.as_micros(),
            &row.kind,
            &row.environment,
            &row.body,
            &row.body_hash,
            &row.hash,
        ))?;
    }
    drop(statement);
    transaction.commit()
}

fn failure(error: &rusqlite::Error) -> StoreError {
    match error {
        rusqlite::Error::SqliteFailure(error, _) => by_code(error.extended_code.unsigned_abs()),
        _ => StoreError::Unavailable("the driver failed".to_owned()),
    }
}
