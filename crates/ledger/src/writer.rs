//! The one writer: takes what is pending, chains it, appends it in one transaction, wakes who waits.

use crate::body;
use crate::chain::{self, Head};
use crate::checkpoint::Notary;
use crate::counters::Counters;
use crate::error::LedgerError;
use crate::queue::{Batch, Pace, Pending, Queue};
use crate::refusals::Refusals;
use crate::waiter;
use backshell_model::{Clock, Random};
use backshell_store::{Conflict, LedgerRepository, LedgerRow, Limit, StoreError};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// How often a group is chained anew because another process appended in between.
const ATTEMPTS: u32 = 3;

/// How many completions of failed groups are kept to be written later.
const KEPT: usize = 8_192;

/// How often a failure that goes on is logged.
const COMPLAINT: Duration = Duration::from_secs(1);

/// Where the chain in `repository` ends; begins a chain when there is none.
pub(crate) async fn open_chain(
    repository: &dyn LedgerRepository,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<Head, LedgerError> {
    let unavailable = |error: StoreError| LedgerError::unavailable(&error);
    if repository.ledger_tail().await.map_err(unavailable)?.is_none() {
        let first = body::genesis(clock.now(), random);
        let before = Head::before_genesis(first.body_hash);
        let mut rows = [first];
        chain::link(before, &mut rows, &mut Vec::new());
        match repository.append(&rows).await {
            // Another process began the chain in the same moment; its chain is the chain.
            Ok(()) | Err(StoreError::Conflict(Conflict::LedgerSequence)) => {}
            Err(error) => return Err(unavailable(error)),
        }
    }
    let first = repository.ledger_rows(0, Limit::new(1)).await.map_err(unavailable)?.pop();
    let last = repository.ledger_tail().await.map_err(unavailable)?;
    match (first, last) {
        (Some(first), Some(last)) if first.seq == 1 && first.kind == chain::GENESIS => {
            Ok(Head::before_genesis(first.body_hash).after(&last))
        }
        _ => Err(LedgerError::NoGenesis),
    }
}

/// What the writer shares with whoever hands records in.
pub(crate) struct Common {
    pub(crate) counters: Arc<Counters>,
    pub(crate) refusals: Arc<Refusals>,
    pub(crate) queue: Arc<Queue>,
}

/// The writer's state. Only its own task touches it.
pub(crate) struct Writer {
    repository: Arc<dyn LedgerRepository>,
    /// The end of what was appended with success.
    head: Head,
    /// Whether `head` is surely the end of the stored chain. After a failure it may not be.
    sure: bool,
    notary: Option<Notary>,
    clock: Arc<dyn Clock>,
    counters: Arc<Counters>,
    refusals: Arc<Refusals>,
    queue: Arc<Queue>,
    tick: Duration,
    looked_around: Instant,
    scratch: Vec<u8>,
    /// The completions of the group that failed last: nobody waits for them, so they are tried again with each group and
    /// each tick. Those of them that were part of an attempt have the places and hashes of that attempt.
    kept: Vec<LedgerRow>,
    /// When a failure was last logged; `None` while groups are written.
    complained_at: Option<Instant>,
}

impl Writer {
    pub(crate) fn new(
        repository: Arc<dyn LedgerRepository>,
        head: Head,
        notary: Option<Notary>,
        clock: Arc<dyn Clock>,
        common: Common,
        tick: Duration,
    ) -> Self {
        let Common { counters, refusals, queue } = common;
        Self {
            repository,
            head,
            sure: true,
            notary,
            clock,
            counters,
            refusals,
            queue,
            tick,
            looked_around: Instant::now(),
            scratch: Vec::with_capacity(256),
            kept: Vec::new(),
            complained_at: None,
        }
    }

    /// Runs the writer on a thread of its own, so that neither a busy runtime nor a slow checkpoint holds up the other.
    pub(crate) fn spawn(self) -> Result<(), LedgerError> {
        let failed = |error: std::io::Error| LedgerError::unavailable(&error);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let run = move || {
            let _ended = Ended(Arc::clone(&self.queue));
            self.run(&runtime);
        };
        std::thread::Builder::new().name("ledger".to_owned()).spawn(run).map_err(failed).map(drop)
    }

    fn run(mut self, runtime: &Runtime) {
        let mut pace = Pace::new();
        loop {
            let Batch { records, completions, stops, last } = self.queue.next(self.tick, &mut pace);
            runtime.block_on(async {
                self.write_group(records, completions).await;
                self.look_around(last).await;
            });
            if last {
                self.counters.completions_lost(self.kept.len());
            }
            drop(stops);
            if last {
                return;
            }
        }
    }

    /// Writes one group and tells everyone who waits for a record of it.
    async fn write_group(&mut self, records: Vec<Pending>, mut completions: Vec<LedgerRow>) {
        let settled = self.settle().await;
        let mut rows = Vec::with_capacity(records.len() + self.kept.len() + completions.len());
        let mut waiters = Vec::with_capacity(records.len());
        for Pending { row, waiter } in records {
            rows.push(row);
            waiters.push(waiter);
        }
        let recorded = rows.len();
        rows.append(&mut self.kept);
        rows.append(&mut completions);
        let outcome = match settled {
            Ok(()) => self.append(&mut rows).await,
            Err(error) => Err(self.failed(&rows, error)),
        };
        let waiters = rows.iter().zip(waiters).filter_map(|(row, waiter)| Some((row.seq, waiter?)));
        waiter::answer(waiters.map(|(seq, waiter)| (waiter, outcome.clone().map(|()| seq))));
        if outcome.is_err() {
            self.keep(rows.split_off(recorded));
        }
    }

    /// Keeps the completions of a failed group, the oldest where there are too many.
    fn keep(&mut self, mut completions: Vec<LedgerRow>) {
        self.counters.completions_lost(completions.len().saturating_sub(KEPT));
        completions.truncate(KEPT);
        self.kept = completions;
    }

    /// Forgets kept completions that are on record all the same: a store can fail after it has written.
    async fn settle(&mut self) -> Result<(), LedgerError> {
        let Some(first) = self.kept.first().filter(|row| row.seq > 0) else { return Ok(()) };
        let read = self.repository.ledger_rows(first.seq.saturating_sub(1), Limit::new(1)).await;
        let stored = read.map_err(|error| LedgerError::unavailable(&error))?;
        // Attempts are whole or nothing: one row tells about all.
        if stored.first().is_some_and(|row| row.seq == first.seq && row.hash == first.hash) {
            self.kept.retain(|row| row.seq == 0);
        }
        Ok(())
    }

    /// Appends rows as one group; on disk when it returns `Ok`.
    async fn append(&mut self, rows: &mut [LedgerRow]) -> Result<(), LedgerError> {
        if rows.is_empty() {
            return Ok(());
        }
        let begun = Instant::now();
        let mut outcome = Ok(false);
        for _ in 0..ATTEMPTS {
            outcome = self.try_append(rows).await;
            if !matches!(outcome, Ok(false)) {
                break;
            }
        }
        let outcome = match outcome {
            Ok(true) => {
                self.counters.group_written(rows.len(), begun.elapsed().as_micros());
                if self.complained_at.take().is_some() {
                    tracing::info!("the ledger is written again");
                }
                return Ok(());
            }
            Ok(false) => LedgerError::unavailable(&"another process writes to the same ledger without pause"),
            Err(error) => error,
        };
        Err(self.failed(rows, outcome))
    }

    /// Counts and logs that `rows` were not written. Completions are no loss yet.
    fn failed(&mut self, rows: &[LedgerRow], error: LedgerError) -> LedgerError {
        self.counters.group_failed(rows.iter().filter(|row| row.kind != body::COMPLETION).count());
        self.complain(&error);
        error
    }

    /// Logs a failure, once a second at most: while the store is away, every group fails.
    fn complain(&mut self, error: &LedgerError) {
        if self.complained_at.is_none_or(|at| at.elapsed() >= COMPLAINT) {
            self.complained_at = Some(Instant::now());
            let failed = self.counters.read(0);
            tracing::error!(
                failed_records = failed.failed_records,
                lost_completions = failed.lost_completions,
                %error,
                "the ledger cannot be written; calls are refused until it can"
            );
        }
    }

    /// Whether the rows were appended; false when another process was first.
    async fn try_append(&mut self, rows: &mut [LedgerRow]) -> Result<bool, LedgerError> {
        if !self.sure {
            self.head = self.find_head().await?;
        }
        let end = chain::link(self.head, rows, &mut self.scratch);
        let appended = self.repository.append(rows).await;
        self.sure = appended.is_ok();
        match appended {
            Ok(()) => {
                self.head = end;
                Ok(true)
            }
            Err(StoreError::Conflict(Conflict::LedgerSequence)) => Ok(false),
            Err(error) => Err(LedgerError::unavailable(&error)),
        }
    }

    /// Where the stored chain ends now. It may have grown, but what was confirmed must still be there.
    async fn find_head(&self) -> Result<Head, LedgerError> {
        let confirmed = self.head;
        let read = |error: StoreError| LedgerError::unavailable(&error);
        let at = self.repository.ledger_rows(confirmed.seq.saturating_sub(1), Limit::new(1)).await.map_err(read)?;
        let tail = self.repository.ledger_tail().await.map_err(read)?;
        match (at.first(), tail) {
            (Some(row), Some(tail)) if row.seq == confirmed.seq && row.hash == confirmed.hash => {
                Ok(confirmed.after(&tail))
            }
            _ => Err(LedgerError::Rewritten { seq: confirmed.seq }),
        }
    }

    /// Does what is due beside records: minutes of refusals that are over, a checkpoint. At the end everything is due.
    async fn look_around(&mut self, end: bool) {
        if end || self.looked_around.elapsed() >= self.tick {
            self.looked_around = Instant::now();
            self.write_refusals(end).await;
        }
        let Some(notary) = &mut self.notary else { return };
        if notary.is_due(self.head, end) {
            let written = notary.sign(self.head);
            self.counters.checkpoint(written.is_ok());
            if let Err(error) = written {
                tracing::error!(%error, "a ledger checkpoint is not written; it is tried again in a second");
            }
        }
    }

    async fn write_refusals(&mut self, all: bool) {
        let counts = self.refusals.take(self.clock.now(), all);
        let mut rows: Vec<_> =
            counts.iter().map(|(minute, code, count)| body::refusals(*minute, code, *count)).collect();
        if self.append(&mut rows).await.is_err() {
            for count in counts {
                self.refusals.add(count);
            }
        }
    }
}

/// Whatever ends the writer's thread, nobody is left waiting for it.
struct Ended(Arc<Queue>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
