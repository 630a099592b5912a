//! How a ledger is run.

use backshell_model::SecretBytes;
use std::path::PathBuf;
use std::time::Duration;

/// When [`Ledger::decide`](crate::Ledger::decide) returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// When the record is on disk.
    #[default]
    Strict,
    /// When the writer has the record, unless the last group failed: then as in strict mode. What the writer has not
    /// written yet is lost in a crash.
    Relaxed,
}

/// Settings of a ledger; the defaults are those of the product.
#[derive(Debug)]
pub struct Options {
    /// When decisions return.
    pub mode: Mode,
    /// Where signed checkpoints go; `None` for no checkpoints (tests).
    pub checkpoints: Option<Checkpoints>,
    /// How long a decision or act waits for its record to be on disk before it fails.
    pub patience: Duration,
    /// How often the writer looks for things to do beside records: a due checkpoint, a minute of refusals that is over.
    pub tick: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { mode: Mode::Strict, checkpoints: None, patience: Duration::from_secs(10), tick: Duration::from_secs(1) }
    }
}

/// Where signed checkpoints go, how often, and with which key.
#[derive(Debug)]
pub struct Checkpoints {
    /// The file, outside the database. Made with mode 0600 when it does not exist.
    pub path: PathBuf,
    /// The Ed25519 signing key, PKCS#8.
    pub signing_key: SecretBytes,
    /// A checkpoint is due after so many records.
    pub every_records: u64,
    /// A checkpoint is due after so much time, if there is a record since the last one.
    pub every: Duration,
}

impl Checkpoints {
    /// Checkpoints every 10,000 records or 60 seconds, whichever comes first.
    pub fn new(path: PathBuf, signing_key: SecretBytes) -> Self {
        Self { path, signing_key, every_records: 10_000, every: Duration::from_mins(1) }
    }
}
