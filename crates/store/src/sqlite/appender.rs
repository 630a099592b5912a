//! The connection on which the ledger is written, and nothing else.
//!
//! Every call waits for it, so it is spared what the other connections have between them and SQLite: there is no second
//! thread, no channel and no copy of the rows on the way to the statement. The ledger's writer has a thread of its own,
//! which may block.

use super::statement::by_code;
use crate::error::StoreError;
use crate::repository::LedgerRow;
use rusqlite::{Connection, OpenFlags, Statement, TransactionBehavior};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

/// How many rows one statement writes: as many as there are left, in powers of two. Before a statement touches a page,
/// SQLite copies it, so that it can take back that statement alone; with a statement for each row those copies were
/// most of the work.
const SIZES: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];
/// The statement for each of [`SIZES`].
static INSERTS: LazyLock<[String; SIZES.len()]> = LazyLock::new(|| SIZES.map(insert_of));
/// Columns of a row.
const COLUMNS: usize = 7;

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
    let mut rest = rows;
    for (size, sql) in SIZES.into_iter().zip(INSERTS.iter()) {
        while let Some((rows, behind)) = rest.split_at_checked(size) {
            let mut statement = transaction.prepare_cached(sql)?;
            for (index, row) in rows.iter().enumerate() {
                bind(&mut statement, index * COLUMNS, row)?;
            }
            statement.raw_execute()?;
            rest = behind;
        }
    }
    transaction.commit()
}

/// The statement that writes `rows` rows.
fn insert_of(rows: usize) -> String {
    let row = format!("({})", ["?"; COLUMNS].join(", "));
    let rows = vec![row; rows].join(", ");
    format!("INSERT INTO ledger (seq, at, kind, environment, body, body_hash, hash) VALUES {rows}")
}

/// Binds the parameters after the first `before` to the columns of `row`.
fn bind(statement: &mut Statement<'_>, before: usize, row: &LedgerRow) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(before + 1, row.seq)?;
    statement.raw_bind_parameter(before + 2, row.at.as_micros())?;
    statement.raw_bind_parameter(before + 3, &*row.kind)?;
    statement.raw_bind_parameter(before + 4, row.environment.as_deref())?;
    statement.raw_bind_parameter(before + 5, row.body.as_deref())?;
    statement.raw_bind_parameter(before + 6, row.body_hash.as_slice())?;
    statement.raw_bind_parameter(before + 7, row.hash.as_slice())
}

fn failure(error: &rusqlite::Error) -> StoreError {
    match error {
        rusqlite::Error::SqliteFailure(error, _) => by_code(error.extended_code.unsigned_abs()),
        _ => StoreError::Unavailable("the driver failed".to_owned()),
    }
}
