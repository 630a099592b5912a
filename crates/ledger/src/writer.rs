//! The one writer: takes what is pending, chains it, appends it in one transaction, wakes who waits.

use crate::body;
use crate::chain::{self, Head};
use crate::checkpoint::Notary;
use crate::counters::Counters;
use crate::error::LedgerError;
use crate::refusals::Refusals;
use backshell_model::{Clock, Random};
use backshell_store::{Conflict, LedgerRepository, LedgerRow, Limit, StoreError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// How many records one transaction takes at most.
const GROUP: usize = 1_024;

/// How long completions wait for a decision to share a flush with. Nobody waits for a completion.
const LINGER: Duration = Duration::from_millis(10);

/// A group with so many waiting records was written under load: the next one is given [`GATHER`] to grow, so that one flush
/// serves many calls. With less load nobody waits for others.
const SIBLINGS: usize = 4;
const GATHER: Duration = Duration::from_millis(1);

/// How often a group is chained anew because another process appended in between.
const ATTEMPTS: u32 = 3;

/// How often a failure that goes on is logged.
const COMPLAINT: Duration = Duration::from_secs(1);

/// What the writer is sent.
pub(crate) enum Message {
    Record(Pending),
    /// There are completions where there were none.
    Completions,
    /// Write what is pending and end; the sender is dropped when that is done.
    Stop(oneshot::Sender<()>),
}

/// Completions on their way to the writer. They are handed over without waking it each time: under load it comes by for
/// the next decision anyway.
#[derive(Debug, Default)]
pub(crate) struct Completions(Mutex<Vec<LedgerRow>>);

impl Completions {
    /// Adds a row: whether there is room, and whether the writer must be told.
    pub(crate) fn add(&self, row: LedgerRow, room: usize) -> Added {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rows.len() >= room {
            return Added::Full;
        }
        rows.push(row);
        if rows.len() == 1 { Added::First } else { Added::Behind }
    }

    fn take(&self) -> Vec<LedgerRow> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What became of a completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It is the only one: the writer must be told.
    First,
    /// The writer was told already.
    Behind,
    /// There is no room.
    Full,
}

/// A row that is complete but for its place in the chain, and who waits for it.
pub(crate) struct Pending {
    pub(crate) row: LedgerRow,
    pub(crate) waiter: Option<oneshot::Sender<Result<i64, LedgerError>>>,
}

/// Where the chain in `repository` ends; begins a chain when there is none.
pub(crate) async fn open_chain(
    repository: &dyn LedgerRepository,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<Head, LedgerError> {
    let unavailable = |error: StoreError| LedgerError::unavailable(&error);
    if repository.ledger_tail().await.map_err(unavailable)?.is_none() {
        let first = body::genesis(clock.now(), random)?;
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
    pub(crate) completions: Arc<Completions>,
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
    completions: Arc<Completions>,
    tick: Duration,
    looked_around: Instant,
    /// How many records of the last group were waited for.
    last_waiters: usize,
    scratch: Vec<u8>,
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
        let Common { counters, refusals, completions } = common;
        Self {
            repository,
            head,
            sure: true,
            notary,
            clock,
            counters,
            refusals,
            completions,
            tick,
            looked_around: Instant::now(),
            last_waiters: 0,
            scratch: Vec::with_capacity(256),
            complained_at: None,
        }
    }

    /// Runs the writer on a thread of its own, so that neither a busy runtime nor a slow checkpoint holds up the other.
    pub(crate) fn spawn(self, inbox: mpsc::Receiver<Message>) -> Result<(), LedgerError> {
        let failed = |error: std::io::Error| LedgerError::unavailable(&error);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let run = move || runtime.block_on(self.run(inbox));
        std::thread::Builder::new().name("ledger".to_owned()).spawn(run).map_err(failed).map(drop)
    }

    async fn run(mut self, mut inbox: mpsc::Receiver<Message>) {
        let mut messages = Vec::with_capacity(GROUP);
        let mut stops = Vec::new();
        loop {
            tokio::select! {
                biased;
                received = inbox.recv_many(&mut messages, GROUP) => {
                    if received == 0 {
                        break;
                    }
                    self.gather(&mut inbox, &mut messages).await;
                    self.write_group(&mut messages, &mut stops).await;
                }
                () = tokio::time::sleep(self.tick) => {}
            }
            if !stops.is_empty() {
                // What is in the queue is still received; nothing new gets in.
                inbox.close();
            }
            self.look_around(false).await;
        }
        self.write_group(&mut messages, &mut stops).await;
        self.look_around(true).await;
    }

    /// Lets a group grow where that costs nobody: completions alone wait for a decision, and under load a decision waits
    /// a moment for the others that are on their way.
    async fn gather(&self, inbox: &mut mpsc::Receiver<Message>, messages: &mut Vec<Message>) {
        let limit = if messages.iter().all(|message| matches!(message, Message::Completions)) {
            LINGER
        } else if self.last_waiters >= SIBLINGS && messages.len() < self.last_waiters {
            GATHER
        } else {
            return;
        };
        let deadline = tokio::time::Instant::now() + limit;
        while messages.len() < GROUP {
            let room = GROUP - messages.len();
            let more = tokio::time::timeout_at(deadline, inbox.recv_many(messages, room)).await;
            let enough = limit == LINGER || messages.len() >= self.last_waiters;
            if enough || !matches!(more, Ok(received) if received > 0) {
                return;
            }
        }
    }

    /// Writes one group and tells everyone who waits for a record of it.
    async fn write_group(&mut self, messages: &mut Vec<Message>, stops: &mut Vec<oneshot::Sender<()>>) {
        let mut rows = Vec::with_capacity(messages.len());
        let mut waiters = Vec::with_capacity(messages.len());
        for message in messages.drain(..) {
            match message {
                Message::Record(pending) => {
                    rows.push(pending.row);
                    waiters.push(pending.waiter);
                }
                Message::Completions => {}
                Message::Stop(done) => stops.push(done),
            }
        }
        self.last_waiters = waiters.iter().filter(|waiter| waiter.is_some()).count();
        rows.append(&mut self.completions.take());
        let outcome = self.append(&mut rows).await;
        for (row, waiter) in rows.iter().zip(waiters) {
            if let Some(waiter) = waiter {
                // Whoever went away does not want to know.
                drop(waiter.send(outcome.clone().map(|()| row.seq)));
            }
        }
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
        self.counters.group_failed(rows.len());
        let completions = rows.iter().filter(|row| row.kind == body::COMPLETION).count();
        self.counters.completions_lost(completions);
        self.complain(&outcome);
        Err(outcome)
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
        let rows = counts.iter().map(|(minute, code, count)| body::refusals(*minute, code, *count));
        let written = match rows.collect::<Result<Vec<_>, _>>() {
            Ok(mut rows) => self.append(&mut rows).await,
            Err(error) => Err(error),
        };
        if written.is_err() {
            for count in counts {
                self.refusals.add(count);
            }
        }
    }
}
