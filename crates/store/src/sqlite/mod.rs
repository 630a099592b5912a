//! The embedded database.

/// The embedded SQLite database.
#[derive(Debug)]
pub struct SqliteStore {}
