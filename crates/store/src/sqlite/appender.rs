//! The connection on which the ledger is written, and nothing else.
//!
//! Every call waits for it, so it is spared what the other connections have between them and SQLite: there is no second
//! thread, no channel and no copy of the rows on the way to the statement. The ledger's writer has a thread of its own,
//! which may block.

use super::statement::by_code;
use super::wal::{Copier, OVERDUE};
use crate::error::{Conflict, StoreError};
use crate::repository::LedgerRow;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Statement};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Writes rows; after it, a [`ROW`] for each. What refuses a row takes the whole transaction back: before a statement that
/// can be taken back alone touches a page, SQLite copies the page, and those copies would be most of the work.
const INSERT: &str = "INSERT OR ROLLBACK INTO ledger (seq, at, kind, environment, body, body_hash, hash) VALUES ";
const ROW: &str = "(?, ?, ?, ?, ?, ?, ?)";
const COLUMNS: usize = 7;
/// How many rows are written by one statement while there are as many: most of what a statement costs, it costs once.
const TOGETHER: usize = 8;
const LAST: &str = "SELECT coalesce(max(seq), 0) FROM ledger";

/// The group's transaction, as statements that are parsed once.
const BEGIN: &str = "BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT";

/// The ledger's connection; `None` once the store is closed.
#[derive(Clone)]
pub(super) struct Appender(Arc<Mutex<Option<Writing>>>);

struct Writing {
    connection: Connection,
    /// Writes [`TOGETHER`] rows.
    several: String,
    /// Writes one.
    single: String,
    /// None for a database in memory, which has no log.
    copier: Option<Copier>,
}

impl Appender {
    /// Opens the connection on a database that has its schema: a path, or a `file:` address. `busy` is how long it waits
    /// for another connection that writes; the `copier` copies the write-ahead log, where there is one.
    pub(super) fn open(database: &Path, busy: Duration, copier: Option<Copier>) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || -> rusqlite::Result<Writing> {
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
            // The trigger that sees that no row is left out or given twice looks at each row. Here the same is asked once for
            // a group; for whoever else writes into the table, the triggers stay.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
            connection.pragma_update(None, "wal_autocheckpoint", OVERDUE)?;
            let insert = |rows: usize| format!("{INSERT}{}", vec![ROW; rows].join(", "));
            Ok(Writing { connection, several: insert(TOGETHER), single: insert(1), copier })
        };
        Ok(Self(Arc::new(Mutex::new(Some(open().map_err(|error| failure(&error))?)))))
    }

    /// Appends rows in one transaction; on disk when it returns, and none of them is there when it fails. Blocks.
    pub(super) fn append(&self, rows: &[LedgerRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut writing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let writing = writing.as_mut().ok_or_else(|| StoreError::Unavailable("it was closed".to_owned()))?;
        // Right before these rows: nothing comes in between, so they are the first of the log that begins anew.
        if let Some(copier) = &writing.copier {
            copier.finish(&writing.connection);
        }
        let appended = writing.append(rows);
        // A row that is refused has ended the transaction already. What went wrong first is what is told, and a transaction
        // that cannot be ended now is ended when the next one cannot begin.
        if appended.is_err() && !writing.connection.is_autocommit() {
            drop(writing.connection.execute_batch("ROLLBACK"));
        }
        if let Some(copier) = writing.copier.as_mut().filter(|_| appended.is_ok()) {
            copier.written(rows.iter().map(size).sum());
        }
        appended
    }

    /// Closes the connection.
    pub(super) fn close(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Writing {
    /// May leave the transaction open when it fails.
    fn append(&self, rows: &[LedgerRow]) -> Result<(), StoreError> {
        let connection = &self.connection;
        let begun = || connection.prepare_cached(BEGIN)?.raw_execute();
        begun().map_err(|error| failure(&error))?;
        let last = || connection.prepare_cached(LAST)?.query_row([], |row| row.get(0));
        if !continues(last().map_err(|error| failure(&error))?, rows) {
            return Err(Conflict::LedgerSequence.into());
        }
        let written = || {
            let (several, single) = rows.as_chunks::<TOGETHER>();
            self.insert(&self.several, several.iter().map(|rows| &rows[..]))?;
            self.insert(&self.single, single.chunks(1))?;
            connection.prepare_cached(COMMIT)?.raw_execute()
        };
        written().map(drop).map_err(|error| failure(&error))
    }

    /// Executes an insertion for each of these groups, which have as many rows as it writes.
    fn insert<'r>(&self, insertion: &str, groups: impl Iterator<Item = &'r [LedgerRow]>) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(insertion)?;
        for group in groups {
            for (index, row) in group.iter().enumerate() {
                bind(&mut statement, index * COLUMNS, row)?;
            }
            statement.raw_execute()?;
        }
        Ok(())
    }
}

/// About how many bytes a row takes.
fn size(row: &LedgerRow) -> usize {
    /// Two hashes, the environment's identifier, numbers and the kind.
    const REST: usize = 128;
    REST.saturating_add(row.body.as_ref().map_or(0, String::len))
}

/// Whether the rows have the numbers after `last`, one after the other.
fn continues(last: i64, rows: &[LedgerRow]) -> bool {
    rows.iter().zip(1..).all(|(row, step)| last.checked_add(step) == Some(row.seq))
}

/// Binds a row to the parameters behind the first `before`.
fn bind(statement: &mut Statement<'_>, before: usize, row: &LedgerRow) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(before + 1, row.seq)?;
    statement.raw_bind_parameter(before + 2, row.at.as_micros())?;
    statement.raw_bind_parameter(before + 3, &*row.kind)?;
    statement.raw_bind_parameter(before + 4, row.environment.as_deref())?;
    statement.raw_bind_parameter(before + 5, row.body.as_deref())?;
    statement.raw_bind_parameter(before + 6, row.body_hash.as_slice())?;
    statement.raw_bind_parameter(before + COLUMNS, row.hash.as_slice())
}

pub(super) fn failure(error: &rusqlite::Error) -> StoreError {
    match error {
        rusqlite::Error::SqliteFailure(error, _) => by_code(error.extended_code.unsigned_abs()),
        _ => StoreError::Unavailable("the driver failed".to_owned()),
    }
}
