//! What can go wrong with the ledger.

use std::sync::Arc;

/// Why something is not on record. Whoever gets one of these must not send the call: a call without a record does not
/// happen.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The store refused or failed. The next record tries again, so the ledger recovers when the store does.
    #[error("the ledger cannot be written: {cause}; check the database and the space on its disk")]
    Unavailable {
        /// What the store says.
        cause: Arc<str>,
    },
    /// The store did not answer in time. The record may still be written later; it then stands there without completion.
    #[error("the ledger did not confirm the record within {seconds} s; check the load and the disk of the database")]
    Slow {
        /// How long was waited, in seconds.
        seconds: u64,
    },
    /// The ledger was shut down.
    #[error("the ledger is shut down; start the server again")]
    Stopped,
    /// The record cannot be written as JSON.
    #[error("the record cannot be written as JSON: {cause}; please report this as a defect")]
    Record {
        /// What the serialiser says.
        cause: Arc<str>,
    },
    /// The first row of the database does not begin a chain.
    #[error("the ledger's first row does not begin a chain; run `backshell ledger verify` and restore a backup")]
    NoGenesis,
    /// A record that was confirmed is not in the database any more, or is another one.
    #[error(
        "record {seq} of the ledger was confirmed and is gone or changed; stop the server, run `backshell ledger verify` and restore a backup"
    )]
    Rewritten {
        /// The number of the last confirmed record.
        seq: i64,
    },
    /// The signing key for checkpoints is unusable.
    #[error("the key that signs checkpoints is no Ed25519 key in PKCS#8 form; make a new one")]
    SigningKey,
    /// The file of checkpoints cannot be read or written.
    #[error("the checkpoint file `{path}` cannot be used: {cause}; check its folder and its permissions")]
    CheckpointFile {
        /// The file.
        path: Arc<str>,
        /// What the system says.
        cause: Arc<str>,
    },
}

impl LedgerError {
    /// The refusal code that a caller sees for every one of these (design, section 4).
    pub const fn code(&self) -> &'static str {
        "ledger_unavailable"
    }

    /// Wraps what the store says.
    pub(crate) fn unavailable(cause: &dyn std::fmt::Display) -> Self {
        Self::Unavailable { cause: cause.to_string().into() }
    }
}
