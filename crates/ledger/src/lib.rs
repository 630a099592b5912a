//! The append-only, hash-chained record of calls and administrative acts.
//!
//! Records are put into one chain by one writer, which takes everything that is pending and appends it in one durable
//! transaction (group commit). [`Ledger::decide`] returns when the record of a decision is on disk, and its
//! [`Receipt`] is what the upstream client needs in order to send: a call without a record cannot happen. When nothing
//! can be appended, nothing is sent; there is no switch to change that.
//!
//! The chain alone proves that nobody changed a row without recomputing every later one. Signed checkpoints in a file
//! outside the database prove that nobody recomputed them: [`verify()`] holds one against the other.
//!
//! What this crate does not do: it keeps no header values, queries, paths or bodies (its records have no place for
//! them), it stores no user names (users stand in it as random pseudonyms), and it decides nothing.
//!
//! Start reading at [`Ledger`], then `chain.rs` for what is hashed and `body.rs` for the JSON of the records.

mod body;
mod chain;
mod checkpoint;
mod counters;
mod error;
mod export;
mod frames;
mod ledger;
mod object;
mod options;
mod pseudonyms;
mod queue;
mod receipt;
mod record;
mod refusals;
mod retention;
mod verify;
mod waiter;
mod writer;

pub use chain::Hash;
pub use checkpoint::{Checkpoint, CheckpointLine, PublicKey, Statement, generate_signing_key, parse_checkpoints};
pub use counters::LedgerMetrics;
pub use error::LedgerError;
pub use export::{ExportError, export, line, tail};
pub use ledger::Ledger;
pub use options::{Checkpoints, Mode, Options};
pub use receipt::Receipt;
pub use record::{
    ActRecord, BoundaryOutcome, CellName, CompletionRecord, DecisionRecord, Ended, Outcome, RefusalRecord, Who,
};
pub use retention::{Erasure, Retention, RetentionRun, due, erase_user, retain};
pub use verify::{Problem, ProblemKind, VerifyReport, verify};
