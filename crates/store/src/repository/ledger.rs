//! The ledger's rows. What they mean and how they are chained is the crate `ledger`'s matter.

use crate::{Limit, StoreError};
use async_trait::async_trait;
use backshell_model::Timestamp;
use std::borrow::Cow;

/// One record of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// Its place in the chain: 1, 2, 3 … without gaps.
    pub seq: i64,
    /// When it was recorded.
    pub at: Timestamp,
    /// What it records.
    pub kind: Cow<'static, str>,
    /// The environment it belongs to, if any.
    pub environment: Option<String>,
    /// The record, JSON; `None` after its retention has ended.
    pub body: Option<String>,
    /// SHA-256 of the body: the chain holds after the body is gone.
    pub body_hash: [u8; 32],
    /// The hash that chains it to its predecessor.
    pub hash: [u8; 32],
}

/// The append-only rows of the ledger. Nothing but the body of a row can change, and that only to nothing.
#[async_trait]
pub trait LedgerRepository: Send + Sync {
    /// Appends rows in one transaction; they are on disk when this returns. The first must follow the last stored row
    /// and each its predecessor: `Conflict` otherwise. No rows: nothing is done.
    async fn append(&self, rows: &[LedgerRow]) -> Result<(), StoreError>;

    /// The last row; `None` while the ledger is empty.
    async fn ledger_tail(&self) -> Result<Option<LedgerRow>, StoreError>;

    /// Rows after `after` (0 for all), oldest first.
    async fn ledger_rows(&self, after: i64, limit: Limit) -> Result<Vec<LedgerRow>, StoreError>;

    /// Rows before `before` (`None` for the newest), newest first.
    async fn ledger_rows_before(&self, before: Option<i64>, limit: Limit) -> Result<Vec<LedgerRow>, StoreError>;

    /// Sets the bodies of these rows to nothing, for retention and erasure; how many had one.
    async fn blank_ledger_bodies(&self, seqs: &[i64]) -> Result<u64, StoreError>;
}
