//! Moving the write-ahead log into the database file, beside the connection that every call waits for.
//!
//! SQLite does this in the commit that makes the log long: for tens of milliseconds nothing else is written, and every call
//! waits. Here a thread of its own copies the log's pages while the ledger goes on. What came meanwhile is little, and the
//! ledger's connection copies that itself, so that the log begins anew and does not grow for as long as the load lasts
//! (a log is used again from its start only when all of it has been copied; SQLite, "Write-Ahead Logging", section 2.3).

use super::appender::failure;
use super::open::PAGE;
use crate::error::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// After about how many written pages the log is copied: SQLite's own measure.
const DUE: usize = 1_000;
/// Pages that each group writes besides its rows: the first page, the way to the last leaf, and that leaf once more.
const PER_GROUP: usize = 4;
/// From how many pages on a connection that writes copies the log in its commits, should the thread not keep up.
pub(super) const OVERDUE: u32 = 8_000;
/// How often the thread copies in a row, so that little is left. SQLite flushes the database file only when the log ends where
/// the copy does: during the first pass it grows, and during a short one it may not.
const PASSES: usize = 3;

/// The thread that copies, as the ledger's connection sees it. It ends with this value.
pub(super) struct Copier {
    /// Pages since it was last asked, about.
    pages: usize,
    ask: Option<SyncSender<()>>,
    /// Whether it has copied what there was, and the rest is left to the ledger's connection.
    copied: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Copier {
    /// Starts the thread for the database at `path`, which has its schema.
    pub(super) fn start(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open_with_flags(path, flags)?;
            // The log is on disk before a page of it is copied, and the pages before the log is used again.
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "fullfsync", true)?;
            Ok(connection)
        };
        let connection = open().map_err(|error| failure(&error))?;
        // One question that waits says as much as many.
        let (ask, asked) = sync_channel(1);
        let copied = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&copied);
        let thread = std::thread::Builder::new().name("wal".to_owned());
        let thread = thread
            .spawn(move || copy_when_asked(&connection, &asked, &done))
            .map_err(|error| StoreError::Unavailable(format!("no thread can be started for it ({})", error.kind())))?;
        Ok(Self { pages: 0, ask: Some(ask), copied, thread: Some(thread) })
    }

    /// A group with this many bytes of rows was written.
    pub(super) fn written(&mut self, bytes: usize) {
        self.pages = self.pages.saturating_add(PER_GROUP).saturating_add(bytes.div_ceil(PAGE as usize));
        if self.pages >= DUE {
            self.pages = 0;
            if let Some(ask) = &self.ask {
                // Full: it is asked already. Closed: it has ended abnormally, and what is overdue is copied all the same.
                let _ = ask.try_send(());
            }
        }
    }

    /// Copies what was written during the thread's last copy, on the ledger's own `connection`, before each group until the
    /// log has begun anew: as long as somebody reads from it, it goes on.
    pub(super) fn finish(&self, connection: &Connection) {
        if !self.copied.load(Ordering::Acquire) {
            return;
        }
        if pages(connection) < DUE {
            self.copied.store(false, Ordering::Release);
        } else {
            copy(connection);
        }
    }
}

impl Drop for Copier {
    fn drop(&mut self) {
        self.ask = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn copy_when_asked(connection: &Connection, asked: &Receiver<()>, copied: &AtomicBool) {
    while asked.recv().is_ok() {
        let passes = std::iter::repeat_with(|| copy(connection)).take(PASSES).filter(|done| *done).count();
        // Without it the ledger's connection would copy the whole log itself.
        if passes > 0 {
            copied.store(true, Ordering::Release);
        }
    }
}

/// Copies as much as can be copied without waiting for anybody; false when another connection is copying. What is not copied,
/// also because of an error, stays in the log for the next time: a disk that takes no more pages refuses rows, too, and that
/// is told.
fn copy(connection: &Connection) -> bool {
    let busy = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, bool>(0));
    busy.is_ok_and(|busy| !busy)
}

/// How many pages the log holds, those that are copied among them; none where that is not known.
fn pages(connection: &Connection) -> usize {
    let pages = connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get::<_, i64>(1));
    pages.ok().and_then(|pages| usize::try_from(pages).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    /// A database, and the connection that writes into it. It copies nothing by itself.
    fn database(folder: &Path) -> (std::path::PathBuf, Connection) {
        let path = folder.join("test.db");
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
        connection.execute_batch("CREATE TABLE rows (body BLOB)").unwrap();
        (path, connection)
    }

    /// Writes at least so many pages.
    fn write(connection: &Connection, pages: usize) {
        connection.execute("INSERT INTO rows VALUES (zeroblob(?))", [i64::try_from(pages * 4_096).unwrap()]).unwrap();
    }

    #[test]
    fn a_long_log_is_copied_and_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (path, connection) = database(folder.path());
        let mut copier = Copier::start(&path).unwrap();
        write(&connection, 100);
        copier.written(0);
        assert_eq!(copier.pages, PER_GROUP, "nothing is due");

        copier.written(DUE * PAGE as usize);
        let begun = Instant::now();
        while !copier.copied.load(Ordering::Acquire) {
            assert!(begun.elapsed() < Duration::from_mins(1), "nobody copies");
            std::thread::sleep(Duration::from_millis(1));
        }
        write(&connection, 1);
        assert!(pages(&connection) < 100, "the log goes on");
    }

    #[test]
    fn the_rest_of_a_log_is_copied_by_who_writes_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, connection) = database(folder.path());
        let copier = Copier::start(&path).unwrap();
        write(&connection, DUE);
        // As if the thread had copied what was there before.
        copier.copied.store(true, Ordering::Release);
        // Somebody reads from the log: it is copied, and goes on.
        let reader = Connection::open(&path).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM rows").unwrap();
        copier.finish(&connection);
        write(&connection, 1);
        assert!(pages(&connection) > DUE);
        reader.execute_batch("COMMIT").unwrap();
        copier.finish(&connection);
        write(&connection, 1);
        assert!(pages(&connection) < DUE, "the log goes on although nobody reads from it");
        copier.finish(&connection);
        assert!(!copier.copied.load(Ordering::Acquire));
    }

    #[test]
    fn it_is_asked_when_about_so_many_pages_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let (path, _connection) = database(folder.path());
        let mut copier = Copier::start(&path).unwrap();
        for _ in 1..DUE / (PER_GROUP + 1) {
            copier.written(1);
        }
        assert_eq!(copier.pages, DUE - (PER_GROUP + 1));
        copier.written(1);
        assert_eq!(copier.pages, 0);
    }
}
