//! The bars that take minutes: whoever publishes does not wait for them. A job sends their requests afterwards, by the plan of
//! a certification, and completes the report that is stored with the version.
//!
//! What is pending stands in the stored reports and nowhere else, so that a restart forgets nothing. What came of it is put on
//! record before the report is changed. A host that fails is said here; calls to hosts in use are held by re-verification.

use crate::rounds::rounds;
use anyhow::Context as _;
use async_trait::async_trait;
use backshell_certify::{Completed, complete, pending_mark};
use backshell_findings::BarState;
use backshell_ledger::{ActRecord, Ledger};
use backshell_model::{Clock, ConnectorSlug, PackageDigest, Timestamp, VersionState};
use backshell_package::{Limits, read_files};
use backshell_probe::facts::{Facts, Measured, NotMeasured, Series};
use backshell_probe::hosts::{Endpoint, Target, endpoints};
use backshell_probe::measure::{Lists, Plan, Prober, unmeasured};
use backshell_probe::{Verification, verify_slow};
use backshell_store::{Limit, Store, StoreError};
use futures_util::{StreamExt as _, stream};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the job looks whether something is pending.
const TICK: Duration = Duration::from_mins(1);
/// How many versions are completed at once, and how many hosts of each are asked at once: nearly all of the time is waiting.
const VERSIONS_AT_ONCE: usize = 8;
const HOSTS_AT_ONCE: usize = 32;
/// How many hosts of one version are asked; a version that names more stays incomplete.
const MOST_HOSTS: usize = 256;
/// How much longer than its plan a series may take: hosts that answer slowly.
const PATIENCE: Duration = Duration::from_mins(10);
/// For how long a version waits of whose hosts none can be asked, which is rather because the node has no network, and for how
/// long one is tried again that could not be completed, seconds.
const WAITS: i64 = 24 * 3_600;
/// When a version is tried again of whose hosts none could be asked, and one that could not be completed, seconds.
const NO_NETWORK: i64 = 15 * 60;
const AFTER_ERROR: i64 = 3_600;
/// A version that is published while a round looks for what is pending must not be overlooked, seconds.
const OVERLAP: i64 = 3_600;

/// What measures a series. The binary has the way out.
#[async_trait]
pub trait SeriesProbe: Send + Sync {
    /// The series of requests of a plan.
    async fn series(&self, endpoint: &Endpoint, plan: &Plan) -> Measured<Series>;
}

#[async_trait]
impl SeriesProbe for Prober {
    async fn series(&self, endpoint: &Endpoint, plan: &Plan) -> Measured<Series> {
        self.measure_series(endpoint, plan).await
    }
}

/// What the job did since the node started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlowBarCounts {
    /// Reports that were completed.
    pub completed: u64,
    /// Those of them in which a bar failed.
    pub failed: u64,
}

/// Measures what is pending.
pub struct SlowBarsJob {
    store: Arc<dyn Store>,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    probe: Arc<dyn SeriesProbe>,
    plan: Plan,
    /// Versions that were published before this were looked through.
    since: AtomicI64,
    /// Versions that were tried in vain.
    later: Mutex<BTreeMap<(ConnectorSlug, PackageDigest), Later>>,
    completed: AtomicU64,
    failed: AtomicU64,
}

/// When a version was tried.
#[derive(Clone, Copy)]
struct Later {
    /// For the first time.
    first_tried: Timestamp,
    /// When it is tried again; `None`: a restart does.
    next_try: Option<Timestamp>,
}

/// What became of one version.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    /// Its report is completed.
    Completed,
    /// It is tried again, not before so many seconds are over.
    Waits(i64),
    /// There was nothing to do, or nothing that could be done.
    Nothing,
}

impl fmt::Debug for SlowBarsJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlowBarsJob").field("plan", &self.plan).finish_non_exhaustive()
    }
}

impl SlowBarsJob {
    /// Measures through `probe`, by `plan`.
    pub fn new(
        store: Arc<dyn Store>,
        ledger: Ledger,
        clock: Arc<dyn Clock>,
        probe: Arc<dyn SeriesProbe>,
        plan: Plan,
    ) -> Self {
        Self {
            store,
            ledger,
            clock,
            probe,
            plan,
            since: AtomicI64::new(0),
            later: Mutex::default(),
            completed: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    /// What was done so far.
    pub fn counts(&self) -> SlowBarCounts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        SlowBarCounts { completed: read(&self.completed), failed: read(&self.failed) }
    }

    /// Runs until `stop`.
    pub async fn keep(self: Arc<Self>, stop: CancellationToken) {
        let complaint = "what is measured after publication could not be looked for";
        rounds(TICK, stop, complaint, || async { self.run().await.map(drop) }).await;
    }

    /// Measures what is pending; how many reports were completed. What could not be asked at all is tried again.
    pub async fn run(&self) -> anyhow::Result<usize> {
        let (begun, since) = (self.clock.now(), Timestamp::from_secs(self.since.load(Ordering::Relaxed)));
        let all = self.store.versions_with(&pending_mark(), since, Limit::MAX).await?;
        // A full page has more behind it.
        let is_whole = all.len() < Limit::MAX.get();
        let later = self.later().clone();
        // Those that nothing more is done about hide nobody behind them.
        let waits = |one| later.get(one).and_then(|later| later.next_try).is_some_and(|next| begun < next);
        let mut is_done = !all.iter().any(waits);
        let is_due = |one: &(_, _)| later.get(one).is_none_or(|later| later.next_try.is_some_and(|next| next <= begun));
        let pending: Vec<_> = all.into_iter().filter(is_due).collect();
        let work: Vec<_> = pending.iter().map(|(connector, digest)| self.complete(connector, *digest)).collect();
        let mut work = stream::iter(work).buffer_unordered(VERSIONS_AT_ONCE);
        let mut completed = 0_usize;
        while let Some(done) = work.next().await {
            completed = completed.saturating_add(usize::from(done == Done::Completed));
            is_done &= !matches!(done, Done::Waits(_));
        }
        if is_whole && is_done {
            self.since.store(begun.as_secs().saturating_sub(OVERLAP), Ordering::Relaxed);
        }
        Ok(completed)
    }

    fn later(&self) -> MutexGuard<'_, BTreeMap<(ConnectorSlug, PackageDigest), Later>> {
        self.later.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Completes the report of one version, and notes when it is tried again.
    async fn complete(&self, connector: &ConnectorSlug, digest: PackageDigest) -> Done {
        let one = (connector.clone(), digest);
        let first_tried = self.later().get(&one).map_or_else(|| self.clock.now(), |later| later.first_tried);
        let is_over = || first_tried.plus_secs(WAITS) <= self.clock.now();
        let done = self.try_complete(connector, digest, is_over()).await;
        let done = match done {
            Ok(done) => done,
            // What was withdrawn and removed meanwhile.
            Err(error) if matches!(error.downcast_ref(), Some(StoreError::NotFound(_))) => Done::Nothing,
            Err(error) => {
                // A report that cannot be read will not change by itself; the rest may have been a database that was busy.
                let is_final = is_over() || error.is::<serde_json::Error>();
                let error = format!("{error:#}");
                if is_final {
                    tracing::error!(error, %connector, %digest, "a report is not completed; the next start tries again");
                    self.later().insert(one, Later { first_tried, next_try: None });
                    return Done::Nothing;
                }
                tracing::warn!(error, %connector, %digest, "a report cannot be completed; it is tried again in an hour");
                Done::Waits(AFTER_ERROR)
            }
        };
        match done {
            Done::Waits(seconds) => {
                let next_try = Some(self.clock.now().plus_secs(seconds));
                self.later().insert(one, Later { first_tried, next_try });
            }
            Done::Completed | Done::Nothing => drop(self.later().remove(&one)),
        }
        done
    }

    /// `is_over`: it was tried for long enough, and what cannot be measured now is not measured.
    async fn try_complete(
        &self,
        connector: &ConnectorSlug,
        digest: PackageDigest,
        is_over: bool,
    ) -> anyhow::Result<Done> {
        let version = self.store.version(connector, digest).await?;
        let files = version.files.to_vec();
        // Seconds of pure computation for a package of megabytes.
        let read = move || endpoints(&read_files("package", files, &Limits::default()).package, None);
        let endpoints = tokio::task::spawn_blocking(read).await.context("the package could not be read")?;
        let measured = self.measure(&endpoints).await;
        let nothing = measured.bars.iter().all(|bar| bar.state == BarState::NotMeasured);
        if nothing && !is_over {
            return Ok(Done::Waits(NO_NETWORK));
        }
        let Some(completed) = complete(&version.report, &measured)? else { return Ok(Done::Nothing) };
        // That took minutes: nothing goes on record about what was withdrawn meanwhile.
        if self.store.version(connector, digest).await?.state != VersionState::Published {
            return Ok(Done::Nothing);
        }
        let open = self.record(connector, digest, &completed, &measured).await?;
        let Completed { report, verdict, .. } = completed;
        // Somebody else may have been faster; then there is nothing left to do.
        if !self.store.complete_report(connector, digest, &version.report, &report, verdict).await? {
            return Ok(Done::Nothing);
        }
        self.completed.fetch_add(1, Ordering::Relaxed);
        if measured.has_failures() {
            self.failed.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(%connector, %digest, found = open, "a published version does not clear a bar that was measured later");
        }
        Ok(Done::Completed)
    }

    /// The series of every host, judged.
    async fn measure(&self, endpoints: &[Endpoint]) -> Verification {
        let hosts: Vec<&Endpoint> = endpoints.iter().filter(|one| matches!(one.target, Target::Host(_))).collect();
        let measured = hosts.iter().enumerate().map(|(index, endpoint)| async move {
            let series = if index < MOST_HOSTS {
                let limit = self.plan.over.saturating_add(PATIENCE);
                let series = tokio::time::timeout(limit, self.probe.series(endpoint, &self.plan)).await;
                series.unwrap_or_else(|_| Err(NotMeasured::because("it was not measured in time")))
            } else {
                Err(NotMeasured::because(format!("no more than {MOST_HOSTS} hosts of a version are asked")))
            };
            let nothing = unmeasured(endpoint, &[], &*self.clock, &Lists::default(), "only the series was measured");
            Facts { series, ..nothing }
        });
        let measured: Vec<_> = measured.collect();
        let facts: Vec<Facts> = stream::iter(measured).buffered(HOSTS_AT_ONCE).collect().await;
        verify_slow(&facts)
    }

    /// Puts on record how the bars came out; which ones are not cleared.
    async fn record(
        &self,
        connector: &ConnectorSlug,
        digest: PackageDigest,
        completed: &Completed,
        measured: &Verification,
    ) -> anyhow::Result<String> {
        let (digest, hosts) = (digest.to_string(), measured.bars.len().to_string());
        let mut record = ActRecord::done(None, "version.complete", &digest);
        record.details = vec![
            ("connector", connector.as_str()),
            ("endpoint", completed.endpoint.state.as_str()),
            ("verdict", completed.verdict.as_str()),
            ("bars", &hosts),
        ];
        let open: Vec<String> = measured.findings.iter().map(|one| format!("{}: {}", one.rule, one.message)).collect();
        let open: String = open.join("; ").chars().take(500).collect();
        if !open.is_empty() {
            record.details.push(("found", &open));
        }
        self.ledger.act(record).await.context("it cannot be put on record")?;
        Ok(open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::testing::Grounds;
    use backshell_certify::{CheckState, EndpointCheck, Request, certify};
    use backshell_model::{Infrastructure, PublisherKind, Verdict};
    use backshell_probe::facts::Sample;
    use backshell_probe::verify;
    use backshell_store::{ConnectorRepository as _, Publication, SqliteStore};
    use std::sync::atomic::AtomicUsize;

    const DEFINITION: &str = r#"{"swagger": "2.0", "info": {"title": "Orders", "version": "1.0"},
        "host": "api.contoso.com", "schemes": ["https"], "paths": {"/orders": {"get": {"operationId": "ListOrders",
        "responses": {"200": {"description": "Orders."}}}}}}"#;

    /// Answers so many of the requests, in as little time as a test has; `None` while there is no network.
    #[derive(Debug, Default)]
    struct Answers {
        of_four: Mutex<Option<usize>>,
        asked: AtomicUsize,
        /// Somebody withdraws this version while it is measured.
        withdraws: Mutex<Option<(Arc<SqliteStore>, PackageDigest)>>,
    }

    #[async_trait]
    impl SeriesProbe for Answers {
        async fn series(&self, endpoint: &Endpoint, plan: &Plan) -> Measured<Series> {
            assert_eq!((endpoint.shown.as_str(), plan.requests), ("api.contoso.com", 4));
            self.asked.fetch_add(1, Ordering::SeqCst);
            let withdraws = self.withdraws.lock().unwrap().take();
            if let Some((store, digest)) = withdraws {
                let slug = "contoso-crm".parse().unwrap();
                store.set_version_state(&slug, digest, VersionState::Withdrawn).await.unwrap();
            }
            let of_four = self.of_four.lock().unwrap().ok_or_else(|| NotMeasured::because("no network"))?;
            let sample = |index: usize| Sample {
                status: if index < of_four { Ok(401) } else { Ok(503) },
                connected: Some(Duration::from_millis(20)),
                first_byte: Some(Duration::from_millis(20)),
            };
            Ok(Series { requests: (0..plan.requests).map(sample).collect(), over: plan.over, stopped: false })
        }
    }

    /// Publishes a version whose slow bars are pending, under this digest.
    async fn publish(grounds: &Grounds, digest: u8) -> PackageDigest {
        let files = vec![("apiDefinition.swagger.json".to_owned(), DEFINITION.as_bytes().into())];
        let read = read_files("package", files.clone(), &Limits::default());
        let endpoints = endpoints(&read.package, None);
        let facts = |endpoint: &Endpoint| Facts {
            series: Err(NotMeasured::pending()),
            ..unmeasured(endpoint, &[], &*grounds.clock, &Lists::default(), "not asked for")
        };
        let mut verification = verify(&endpoints.iter().map(facts).collect::<Vec<_>>());
        assert_eq!(verification.pending.len(), 2);
        verification.missing.clear();
        let endpoint = EndpointCheck::Verified(verification);
        let (publisher, infrastructure) = (PublisherKind::Verified, Infrastructure::External);
        let mut outcome = certify(&read, &Request { publisher, infrastructure, path: None, endpoint });
        // What the other checks think of this package is not what is tested here.
        outcome.report.findings.clear();
        for check in outcome.checks.iter_mut().filter(|check| check.state == CheckState::Failed) {
            (check.state, check.reason) = (CheckState::Passed, String::new());
        }
        outcome.verdict = Verdict::Incomplete;
        let publication = Publication {
            connector: grounds.connector.clone(),
            digest: PackageDigest([digest; 32]),
            label: "1.0".to_owned(),
            verdict: outcome.verdict,
            report: outcome.json("0.0.0").into(),
            files: files.into(),
            published_at: grounds.clock.now(),
        };
        grounds.store.publish(&publication).await.unwrap();
        publication.digest
    }

    fn job(grounds: &Grounds, of_four: usize) -> (SlowBarsJob, Arc<Answers>) {
        let probe = Arc::new(Answers { of_four: Mutex::new(Some(of_four)), ..Answers::default() });
        let plan = Plan { requests: 4, over: Duration::from_millis(10) };
        let (store, clock, ledger) = (grounds.store.clone(), grounds.clock.clone(), grounds.ledger.clone());
        (SlowBarsJob::new(store, ledger, clock, probe.clone(), plan), probe)
    }

    /// State and reason of the check, how the bars stand, how many findings are about them, and the verdict.
    async fn report(grounds: &Grounds, digest: PackageDigest) -> (String, String, Vec<String>, usize, Verdict) {
        let version = grounds.store.version(&grounds.connector.slug, digest).await.unwrap();
        let report: serde_json::Value = serde_json::from_str(&version.report).unwrap();
        assert_eq!(report["verdict"], version.verdict.as_str());
        let check = report["checks"].as_array().unwrap().iter().find(|check| check["check"] == "endpoint").unwrap();
        let is_slow = |id: &serde_json::Value| id == "EV-19" || id == "EV-20";
        let bars = report["bars"].as_array().unwrap().iter().filter(|bar| is_slow(&bar["id"]));
        let bars = bars.map(|bar| format!("{} {}", bar["state"].as_str().unwrap(), bar["value"])).collect();
        let findings = report["findings"].as_array().unwrap().iter().filter(|one| is_slow(&one["rule"])).count();
        let text = |name: &str| check[name].as_str().unwrap().to_owned();
        (text("state"), text("reason"), bars, findings, version.verdict)
    }

    #[tokio::test]
    async fn what_takes_minutes_is_pending_at_first_and_completes_the_report() {
        let grounds = Grounds::of(PublisherKind::Verified).await;
        let digest = publish(&grounds, 1).await;
        let (state, reason, bars, findings, verdict) = report(&grounds, digest).await;
        assert_eq!((state.as_str(), findings, verdict), ("not_run", 0, Verdict::Incomplete));
        assert!(reason.contains("measured after publication"), "{reason}");
        assert_eq!(bars, ["not_measured null", "not_measured null"]);
        let (job, probe) = job(&grounds, 4);
        assert_eq!(job.run().await.unwrap(), 1);
        let (state, reason, bars, findings, verdict) = report(&grounds, digest).await;
        assert_eq!((state.as_str(), reason.as_str(), findings), ("passed", "", 0));
        assert_eq!(verdict, Verdict::Incomplete, "other checks are not built in");
        assert_eq!(bars, ["pass \"4 of 4\"", "pass \"connected 20 ms, first byte 20 ms\""]);
        assert_eq!(grounds.acts().await, ["version.complete"]);
        // Once is enough.
        assert_eq!((job.run().await.unwrap(), probe.asked.load(Ordering::SeqCst)), (0, 1));
        assert_eq!(job.counts(), SlowBarCounts { completed: 1, failed: 0 });
    }

    #[tokio::test]
    async fn a_bar_that_fails_is_on_record_and_in_the_report() {
        for (of_four, expected, verdict, failed) in
            [(3, "warn \"3 of 4\"", Verdict::Incomplete, 0), (1, "fail \"1 of 4\"", Verdict::Refused, 1)]
        {
            let grounds = Grounds::of(PublisherKind::Verified).await;
            let digest = publish(&grounds, 1).await;
            let (job, _) = job(&grounds, of_four);
            assert_eq!(job.run().await.unwrap(), 1);
            let (state, _, bars, findings, ended) = report(&grounds, digest).await;
            assert_eq!((bars[0].as_str(), findings, ended), (expected, 1, verdict));
            assert_eq!(state, if failed == 1 { "failed" } else { "passed" });
            assert_eq!(job.counts(), SlowBarCounts { completed: 1, failed });
        }
    }

    #[tokio::test]
    async fn a_node_without_a_network_waits_for_a_day() {
        let grounds = Grounds::of(PublisherKind::Verified).await;
        let digest = publish(&grounds, 1).await;
        let (job, probe) = job(&grounds, 4);
        *probe.of_four.lock().unwrap() = None;
        for _ in 0..3 {
            assert_eq!(job.run().await.unwrap(), 0);
            grounds.clock.advance(2 * 3_600);
        }
        assert!(report(&grounds, digest).await.1.contains("measured after publication"));
        grounds.clock.advance(24 * 3_600);
        assert_eq!(job.run().await.unwrap(), 1);
        let (state, reason, bars, _, _) = report(&grounds, digest).await;
        assert_eq!((state.as_str(), &*bars[0]), ("not_run", "not_measured null"));
        assert!(reason.contains("EV-19 of `api.contoso.com`"), "{reason}");
    }

    #[tokio::test]
    async fn what_waits_is_not_asked_all_the_time() {
        let grounds = Grounds::of(PublisherKind::Verified).await;
        let digest = publish(&grounds, 1).await;
        let (job, probe) = job(&grounds, 4);
        *probe.of_four.lock().unwrap() = None;
        for (minutes, asked) in [(0, 1), (1, 1), (13, 1), (1, 2), (1, 2), (14, 3)] {
            grounds.clock.advance(minutes * 60);
            assert_eq!(job.run().await.unwrap(), 0);
            assert_eq!(probe.asked.load(Ordering::SeqCst), asked);
        }
        *probe.of_four.lock().unwrap() = Some(4);
        grounds.clock.advance(15 * 60);
        assert_eq!(job.run().await.unwrap(), 1);
        assert_eq!(report(&grounds, digest).await.0, "passed");
    }

    #[tokio::test]
    async fn what_is_withdrawn_meanwhile_is_not_on_record_and_not_completed() {
        let grounds = Grounds::of(PublisherKind::Verified).await;
        let digest = publish(&grounds, 1).await;
        let (job, probe) = job(&grounds, 1);
        *probe.withdraws.lock().unwrap() = Some((grounds.store.clone(), digest));
        let before = report(&grounds, digest).await;
        assert_eq!(job.run().await.unwrap(), 0);
        assert_eq!(probe.asked.load(Ordering::SeqCst), 1);
        assert_eq!(report(&grounds, digest).await, before);
        assert_eq!((grounds.acts().await.len(), job.counts()), (0, SlowBarCounts::default()));
    }

    #[tokio::test]
    async fn a_report_that_cannot_be_read_is_given_up() {
        let grounds = Grounds::of(PublisherKind::Verified).await;
        let digest = publish(&grounds, 1).await;
        let (job, probe) = job(&grounds, 4);
        let written = grounds.store.version(&grounds.connector.slug, digest).await.unwrap();
        let broken = format!("{}x", written.report);
        let (store, slug) = (&grounds.store, &grounds.connector.slug);
        assert!(store.complete_report(slug, digest, &written.report, &broken, written.verdict).await.unwrap());
        for _ in 0..3 {
            assert_eq!(job.run().await.unwrap(), 0);
            grounds.clock.advance(2 * 3_600);
        }
        assert_eq!(probe.asked.load(Ordering::SeqCst), 1);
        // What the store does not know any more is nothing to wait for.
        let nobody = "nobody".parse().unwrap();
        assert!(job.complete(&nobody, digest).await == Done::Nothing && job.later().len() == 1);
    }

    #[tokio::test]
    async fn what_cannot_be_put_on_record_is_tried_again_every_hour_for_a_day() {
        let grounds = Grounds::of(PublisherKind::Verified).await;
        let digest = publish(&grounds, 1).await;
        let before = report(&grounds, digest).await;
        let (job, probe) = job(&grounds, 1);
        grounds.ledger.shutdown().await;
        for (minutes, asked) in [(0, 1), (59, 1), (1, 2), (30, 2), (23 * 60, 3), (60, 3), (24 * 60, 3)] {
            grounds.clock.advance(minutes * 60);
            assert_eq!(job.run().await.unwrap(), 0);
            assert_eq!(probe.asked.load(Ordering::SeqCst), asked);
        }
        assert_eq!(report(&grounds, digest).await, before);
        assert_eq!(job.counts(), SlowBarCounts::default(), "nothing was completed");
    }

    #[tokio::test]
    async fn a_restart_goes_on_with_what_is_pending() {
        let grounds = Grounds::of(PublisherKind::Verified).await;
        let first = publish(&grounds, 1).await;
        let (before, _) = job(&grounds, 4);
        assert_eq!(before.run().await.unwrap(), 1);
        let second = publish(&grounds, 2).await;
        grounds.clock.advance(30 * crate::drift::testing::DAY);
        // A job that never saw the publication, as after a restart a month later.
        drop(before);
        let (after, probe) = job(&grounds, 4);
        assert_eq!((after.run().await.unwrap(), probe.asked.load(Ordering::SeqCst)), (1, 1));
        for digest in [first, second] {
            assert_eq!(report(&grounds, digest).await.0, "passed");
        }
        // What is published later is found as well.
        let third = publish(&grounds, 3).await;
        assert_eq!(after.run().await.unwrap(), 1);
        assert_eq!(report(&grounds, third).await.0, "passed");
    }
}
