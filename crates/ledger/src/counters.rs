//! What the ledger counts about itself.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What the ledger has done since it was started, for `/metrics` and `/readyz`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerMetrics {
    /// Groups that were written; each is one durable transaction.
    pub groups: u64,
    /// Records in those groups.
    pub records: u64,
    /// Microseconds spent in writing them, in all.
    pub flush_micros: u64,
    /// Groups that could not be written.
    pub failed_groups: u64,
    /// Records in those groups, without completions. Whoever waited for one of them was told so.
    pub failed_records: u64,
    /// Completions that are not on record and will not be: too many waited, or the ledger was shut down before it could
    /// write them. Their decisions stand without completion.
    pub lost_completions: u64,
    /// Checkpoints that were signed and written.
    pub checkpoints: u64,
    /// Checkpoints that could not be written.
    pub failed_checkpoints: u64,
    /// Records that wait for the writer now.
    pub waiting: u64,
    /// Whether the last group was written. False makes the node unready.
    pub healthy: bool,
}

/// The counters behind [`LedgerMetrics`], shared between the callers and the writer.
#[derive(Debug)]
pub(crate) struct Counters {
    groups: AtomicU64,
    records: AtomicU64,
    flush_micros: AtomicU64,
    failed_groups: AtomicU64,
    failed_records: AtomicU64,
    lost_completions: AtomicU64,
    checkpoints: AtomicU64,
    failed_checkpoints: AtomicU64,
    healthy: AtomicBool,
}

impl Counters {
    pub(crate) const fn new() -> Self {
        Self {
            groups: AtomicU64::new(0),
            records: AtomicU64::new(0),
            flush_micros: AtomicU64::new(0),
            failed_groups: AtomicU64::new(0),
            failed_records: AtomicU64::new(0),
            lost_completions: AtomicU64::new(0),
            checkpoints: AtomicU64::new(0),
            failed_checkpoints: AtomicU64::new(0),
            healthy: AtomicBool::new(true),
        }
    }

    pub(crate) fn group_written(&self, records: usize, micros: u128) {
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.records.fetch_add(wide(records), Ordering::Relaxed);
        self.flush_micros.fetch_add(u64::try_from(micros).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.healthy.store(true, Ordering::Release);
    }

    pub(crate) fn group_failed(&self, records: usize) {
        self.failed_groups.fetch_add(1, Ordering::Relaxed);
        self.failed_records.fetch_add(wide(records), Ordering::Relaxed);
        self.healthy.store(false, Ordering::Release);
    }

    /// Counts lost completions and returns how many there are now.
    pub(crate) fn completions_lost(&self, lost: usize) -> u64 {
        self.lost_completions.fetch_add(wide(lost), Ordering::Relaxed) + wide(lost)
    }

    pub(crate) fn checkpoint(&self, written: bool) {
        let counter = if written { &self.checkpoints } else { &self.failed_checkpoints };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Acquire)
    }

    pub(crate) fn read(&self, waiting: usize) -> LedgerMetrics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        LedgerMetrics {
            groups: read(&self.groups),
            records: read(&self.records),
            flush_micros: read(&self.flush_micros),
            failed_groups: read(&self.failed_groups),
            failed_records: read(&self.failed_records),
            lost_completions: read(&self.lost_completions),
            checkpoints: read(&self.checkpoints),
            failed_checkpoints: read(&self.failed_checkpoints),
            waiting: wide(waiting),
            healthy: self.is_healthy(),
        }
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
