//! The handle that callers hold: it turns records into rows, hands them to the writer and waits for it.

use crate::body::{self, Names};
use crate::checkpoint::Notary;
use crate::counters::{Counters, LedgerMetrics};
use crate::error::LedgerError;
use crate::frames::Frames;
use crate::options::{Mode, Options};
use crate::pseudonyms::Pseudonyms;
use crate::queue::{Pending, Queue};
use crate::receipt::Receipt;
use crate::record::{ActRecord, CompletionRecord, DecisionRecord, RefusalRecord, Who};
use crate::refusals::Refusals;
use crate::waiter::{OpenDesk, Waiter};
use crate::writer::{self, Common, Writer};
use backshell_model::{Clock, Random, UserId};
use backshell_store::{LedgerRepository, LedgerRow, Pseudonym, PseudonymRepository};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// The ledger. Cheap to clone; every clone writes to the same chain through the same writer.
///
/// The writer ends, after everything that was handed to it is written, with [`Ledger::shutdown`] or with the last clone.
#[derive(Clone, Debug)]
pub struct Ledger {
    shared: Arc<Shared>,
    /// Where the writer leaves its answers; without one it wakes each waiting task by itself.
    desk: Option<Arc<OpenDesk>>,
    frames: Arc<Frames>,
}

#[derive(Debug)]
struct Shared {
    queue: Arc<Queue>,
    pseudonyms: Pseudonyms,
    refusals: Arc<Refusals>,
    counters: Arc<Counters>,
    clock: Arc<dyn Clock>,
    mode: Mode,
    patience: Duration,
}

impl Ledger {
    /// Starts the writer on a thread of its own. The chain continues after the last row of `repository`; an empty one
    /// gets a first row. Fails when the database or the checkpoint file cannot be used: there is no service without a
    /// ledger.
    pub async fn start(
        repository: Arc<dyn LedgerRepository>,
        pseudonyms: Arc<dyn PseudonymRepository>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        options: Options,
    ) -> Result<Self, LedgerError> {
        let head = writer::open_chain(repository.as_ref(), clock.as_ref(), random.as_ref()).await?;
        let notary = match options.checkpoints {
            Some(checkpoints) => Some(Notary::open(checkpoints, head, Arc::clone(&clock), Arc::clone(&random))?),
            None => None,
        };
        let counters = Arc::new(Counters::new());
        let refusals = Arc::new(Refusals::default());
        let queue = Arc::new(Queue::default());
        let writer = Writer::new(
            repository,
            head,
            notary,
            Arc::clone(&clock),
            Common { counters: Arc::clone(&counters), refusals: Arc::clone(&refusals), queue: Arc::clone(&queue) },
            options.tick,
        );
        writer.spawn()?;
        let shared = Shared {
            queue,
            pseudonyms: Pseudonyms::new(pseudonyms, random),
            refusals,
            counters,
            clock,
            mode: options.mode,
            patience: options.patience,
        };
        Ok(Self { shared: Arc::new(shared), desk: None, frames: Arc::default() })
    }

    /// The same ledger for a thread that makes many calls: the writer then wakes that thread once for all of its records
    /// in a group. To be called on, and used within, a runtime of a single thread.
    #[must_use]
    pub fn on_this_thread(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), desk: Some(Arc::new(OpenDesk::open())), frames: Arc::default() }
    }

    /// Records that a call may be sent. The receipt it returns is what the upstream client asks for.
    ///
    /// A caller that gets a receipt sends the call and then [completes](Self::complete) it, or completes it as not
    /// sent. On an error nothing may be sent. After [`LedgerError::Slow`] the record may still be written; it then
    /// stands in the ledger without completion.
    pub async fn decide(&self, record: &DecisionRecord<'_>) -> Result<Receipt, LedgerError> {
        let who = self.names(record.who).await?;
        let row = body::decision(self.shared.clock.now(), record, &who, &self.frames);
        let seq = if self.shared.mode == Mode::Strict || !self.shared.counters.is_healthy() {
            Some(pin!(self.write(row)).await?)
        } else {
            self.shared.queue.push(Pending { row, waiter: None }).await?;
            None
        };
        Ok(Receipt::new(record.call, record.inside.environment(), record.connection, record.host.clone(), seq))
    }

    /// Records that a call was refused to a caller who proved who they are. Returns when the record is on disk.
    pub async fn refusal(&self, record: RefusalRecord<'_>) -> Result<(), LedgerError> {
        let who = self.names(record.who).await?;
        self.write(body::refusal(self.shared.clock.now(), &record, &who)).await.map(drop)
    }

    /// Counts a call that was refused to a caller who did not prove who they are. One record a minute and code says how
    /// often that happened.
    pub fn refusal_unauthenticated(&self, code: &'static str) {
        self.shared.refusals.count(self.shared.clock.now(), code);
    }

    /// Records how a decided call went. Never waits: the call is over. While the store fails, completions are kept and
    /// tried again; one that cannot be kept is counted and logged, and its decision stands without completion.
    pub fn complete(&self, record: CompletionRecord) {
        let shared = &self.shared;
        if !shared.queue.complete(body::completion(shared.clock.now(), &record)) {
            let lost = self.shared.counters.completions_lost(1);
            // A full queue loses thousands a second; the powers of two tell the story.
            if lost.is_power_of_two() {
                tracing::warn!(call = %record.call, lost, "a completion is not on record: the ledger's queue is full");
            }
        }
    }

    /// Records an administrative act. Returns when the record is on disk, in every mode. An act that cannot be recorded
    /// must not be done.
    pub async fn act(&self, record: ActRecord<'_>) -> Result<(), LedgerError> {
        let who = match record.who {
            Some(who) => Some(self.names(who).await?),
            None => None,
        };
        let whom = self.pseudonym_of_some(record.whom).await?;
        self.write(body::act(self.shared.clock.now(), &record, who.as_ref(), whom.as_ref())).await.map(drop)
    }

    /// Erases which pseudonym stands for `user`; whether there was one. Their records stay in the chain and are nobody's
    /// from then on; calls they make later stand under a new pseudonym.
    pub async fn erase_user(&self, user: &UserId) -> Result<bool, LedgerError> {
        self.shared.pseudonyms.erase(user).await
    }

    /// What the ledger has done so far, and whether it can write.
    pub fn metrics(&self) -> LedgerMetrics {
        let queue = &self.shared.queue;
        let metrics = self.shared.counters.read(queue.waiting());
        // Without its writer the ledger cannot write, however well the last group went.
        LedgerMetrics { healthy: metrics.healthy && !queue.is_closed(), ..metrics }
    }

    /// Writes everything that was handed over, signs a last checkpoint and ends the writer. Later records fail with
    /// [`LedgerError::Stopped`].
    pub async fn shutdown(&self) {
        let (done, ended) = oneshot::channel();
        if self.shared.queue.stop(done) {
            // An error means that the writer has ended, which is what is waited for.
            drop(ended.await);
        }
    }

    /// Hands a row over and waits until it is on disk; its number in the chain.
    async fn write(&self, row: LedgerRow) -> Result<i64, LedgerError> {
        let (waiter, written) = Waiter::new(self.desk.as_ref().map(|desk| desk.desk()));
        let queue = &self.shared.queue;
        let no_room = queue.try_push(Pending { row, waiter: Some(waiter) })?;
        let write = async {
            if let Some(pending) = no_room {
                // Apart on the heap: mostly there is room, and a record does not carry that for its wait.
                Box::pin(queue.push(pending)).await?;
            }
            written.await.unwrap_or(Err(LedgerError::Stopped))
        };
        let slow = LedgerError::Slow { seconds: self.shared.patience.as_secs() };
        tokio::time::timeout(self.shared.patience, write).await.unwrap_or(Err(slow))
    }

    async fn names(&self, who: Who<'_>) -> Result<Names, LedgerError> {
        let user = self.shared.pseudonyms.of(who.user).await?;
        Ok(Names { user, issuer: self.pseudonym_of_some(who.issued_by).await? })
    }

    async fn pseudonym_of_some(&self, user: Option<&UserId>) -> Result<Option<Pseudonym>, LedgerError> {
        match user {
            Some(user) => self.shared.pseudonyms.of(user).await.map(Some),
            None => Ok(None),
        }
    }
}

impl Drop for Shared {
    /// The writer ends, after what was handed over, with the last handle.
    fn drop(&mut self) {
        self.queue.close();
    }
}
