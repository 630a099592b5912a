//! The scheduled job that erases bodies of ledger records whose time is over: at the start and once a day.

use backshell_ledger::{Ledger, Retention, RetentionRun, retain};
use backshell_model::{Clock, Timestamp};
use backshell_store::Store;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often a run is due, seconds.
const EVERY_SECONDS: i64 = 24 * 60 * 60;
/// How often the job looks at the clock. The clock decides and not a timer, because timers stand still while a machine
/// sleeps.
const LOOK: Duration = Duration::from_mins(10);

/// What the job has done since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RetentionCounts {
    /// Runs that came to their end.
    pub(crate) runs: u64,
    /// Runs that did not.
    pub(crate) failed: u64,
    /// Bodies that were erased.
    pub(crate) erased: u64,
    /// When the last run came to its end, seconds since 1970; 0 when none has.
    pub(crate) last_run: u64,
}

/// The job.
#[derive(Debug)]
pub(crate) struct RetentionJob {
    ledger: Ledger,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    retention: Retention,
    runs: AtomicU64,
    failed: AtomicU64,
    erased: AtomicU64,
    last_run: AtomicI64,
}

impl RetentionJob {
    /// A job that has not run yet.
    pub(crate) fn new(ledger: Ledger, store: Arc<dyn Store>, clock: Arc<dyn Clock>, retention: Retention) -> Self {
        Self {
            ledger,
            store,
            clock,
            retention,
            runs: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            erased: AtomicU64::new(0),
            last_run: AtomicI64::new(i64::MIN),
        }
    }

    /// Runs when a run is due, until `stop`. A run that is in the middle is cut off by `stop`; the next goes on with it.
    pub(crate) async fn keep(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = self.run_if_due() => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Runs when the last run that came to its end began a day ago or more; what it did, or `None`.
    async fn run_if_due(&self) -> Option<RetentionRun> {
        let now = self.clock.now();
        let last = self.last_run.load(Ordering::Relaxed);
        if last != i64::MIN && now < Timestamp::from_micros(last).plus_secs(EVERY_SECONDS) {
            return None;
        }
        match retain(&self.ledger, &*self.store, self.retention, now, None).await {
            Ok(run) => {
                self.last_run.store(now.as_micros(), Ordering::Relaxed);
                self.runs.fetch_add(1, Ordering::Relaxed);
                self.erased.fetch_add(run.erased(), Ordering::Relaxed);
                tracing::info!(calls = run.calls, audit = run.audit, "retention erased bodies of ledger records");
                if !run.scrubbed {
                    tracing::warn!(
                        "erased bodies are still in the database's log, because somebody reads it; the next run empties it"
                    );
                }
                Some(run)
            }
            Err(error) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%error, "retention did not come to its end; it is tried again");
                None
            }
        }
    }

    /// The numbers for `/metrics`.
    pub(crate) fn counts(&self) -> RetentionCounts {
        let last = self.last_run.load(Ordering::Relaxed);
        RetentionCounts {
            runs: self.runs.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            erased: self.erased.load(Ordering::Relaxed),
            last_run: u64::try_from(last / 1_000_000).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_ledger::{ActRecord, Options};
    use backshell_store::{LedgerRepository, Limit, SqliteStore};
    use backshell_testkit::{MockClock, SeededRandom};

    #[tokio::test]
    async fn it_runs_at_the_start_and_once_a_day() {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        let clock = Arc::new(MockClock::at(1_700_000_000));
        let random = Arc::new(SeededRandom::new(1));
        let (rows, names) = (store.clone(), store.clone());
        let ledger = Ledger::start(rows, names, clock.clone(), random, Options::default()).await.unwrap();
        ledger.act(ActRecord::done(None, "environment.create", "env_1")).await.unwrap();
        let retention = Retention { calls_days: 1, audit_days: 2 };
        let job = RetentionJob::new(ledger.clone(), store.clone(), clock.clone(), retention);

        assert_eq!(job.counts(), RetentionCounts::default());
        assert_eq!(job.run_if_due().await.map(|run| run.erased()), Some(0));
        assert_eq!(job.run_if_due().await, None, "not twice on a day");
        clock.advance(24 * 60 * 60 - 1);
        assert_eq!(job.run_if_due().await, None);
        clock.advance(1);
        assert_eq!(job.run_if_due().await.map(|run| run.erased()), Some(0));
        clock.advance(24 * 60 * 60 + 1);
        assert_eq!(job.run_if_due().await.map(|run| (run.audit, run.scrubbed)), Some((3, true)));
        let counts = job.counts();
        assert_eq!((counts.runs, counts.failed, counts.erased, counts.last_run), (3, 0, 3, 1_700_172_801));

        // The act and the first run's two records are gone, and every run is on record.
        let rows = store.ledger_rows(0, Limit::MAX).await.unwrap();
        let bodies: Vec<_> = rows.iter().map(|row| row.body.as_deref().unwrap_or_default()).collect();
        assert_eq!(bodies.iter().filter(|body| body.is_empty()).count(), 3);
        assert_eq!(bodies.iter().filter(|body| body.contains("\"ledger.retain\"")).count(), 2);
        assert!(bodies.last().unwrap().contains(
            r#""act":"ledger.retained","subject":"ledger","outcome":"allowed","details":{"calls":"0","audit":"3"}"#
        ));

        store.close().await;
        clock.advance(24 * 60 * 60);
        assert_eq!(job.run_if_due().await, None);
        assert_eq!(job.counts().failed, 1);
        assert_eq!(job.counts().runs, 3);
    }

    #[tokio::test]
    async fn it_ends_with_the_node() {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        let clock = Arc::new(MockClock::at(1_700_000_000));
        let (rows, names) = (store.clone(), store.clone());
        let ledger = Ledger::start(rows, names, clock.clone(), Arc::new(SeededRandom::new(1)), Options::default())
            .await
            .unwrap();
        let job = Arc::new(RetentionJob::new(ledger, store, clock, Retention::default()));
        let stop = CancellationToken::new();
        let kept = tokio::spawn(Arc::clone(&job).keep(stop.clone()));
        while job.counts().runs == 0 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
        kept.await.unwrap();
    }
}
