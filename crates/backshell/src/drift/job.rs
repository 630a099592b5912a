//! The job: what is due is looked at, a change is put on record, and calls are held or let go on.

use super::table::{Effect, Interval, Schedule, effect};
use super::{Check, Finding};
use backshell_gateway::Gateway;
use backshell_ledger::{ActRecord, Ledger};
use backshell_model::{
    Clock, Connector, ConnectorSlug, Drift, HostPort, Recheck, RecheckOutcome, Timestamp, Verification,
};
use backshell_store::{Store, StoreError};
use futures_util::StreamExt as _;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the job looks whether something is due.
const TICK: Duration = Duration::from_mins(1);
/// How much is looked at in one round; the rest waits for the next one.
const ROUND: usize = 200;
/// How many looks are made at once: a host that answers slowly must not keep others waiting.
const AT_ONCE: usize = 8;
/// How long one look may take.
const LONGEST: Duration = Duration::from_mins(1);
/// Longest text that is kept of what was found, characters.
const MAX_DETAIL: usize = 500;

/// What the job did since the node started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DriftCounts {
    /// Looks that found everything as it was.
    pub passed: u64,
    /// Looks that found a change with which calls go on.
    pub warned: u64,
    /// Looks that found a change for which no new connections are made.
    pub restricted: u64,
    /// Looks that found a change for which calls are held.
    pub suspended: u64,
    /// Looks that could not be made.
    pub not_measured: u64,
}

/// How the hosts in use stood after the last whole round: how many, by kind of check, outcome and change.
pub type Standing = BTreeMap<(Recheck, RecheckOutcome, Option<Drift>), u64>;

/// Looks at hosts again.
#[derive(Debug)]
pub struct DriftJob {
    store: Arc<dyn Store>,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    checks: Vec<Arc<dyn Check>>,
    schedule: Schedule,
    counts: [AtomicU64; 5],
    standing: Mutex<Standing>,
}

impl DriftJob {
    /// With these kinds of checks, which come to their turn in this order; a kind that is not among them is never run and never said to have passed.
    pub fn new(
        store: Arc<dyn Store>,
        ledger: Ledger,
        clock: Arc<dyn Clock>,
        checks: Vec<Arc<dyn Check>>,
        schedule: Schedule,
    ) -> Self {
        Self { store, ledger, clock, checks, schedule, counts: Default::default(), standing: Mutex::default() }
    }

    /// How the hosts in use stood after the last whole round.
    pub fn standing(&self) -> Standing {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was done so far.
    pub fn counts(&self) -> DriftCounts {
        let [passed, warned, restricted, suspended, not_measured] = &self.counts;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        DriftCounts {
            passed: read(passed),
            warned: read(warned),
            restricted: read(restricted),
            suspended: read(suspended),
            not_measured: read(not_measured),
        }
    }

    fn count(&self, outcome: RecheckOutcome) {
        let [passed, warned, restricted, suspended, not_measured] = &self.counts;
        let count = match outcome {
            RecheckOutcome::Passed => passed,
            RecheckOutcome::Warned => warned,
            RecheckOutcome::Restricted => restricted,
            RecheckOutcome::Suspended => suspended,
            RecheckOutcome::NotMeasured => not_measured,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Runs until `stop`: every minute what is due.
    pub async fn keep(self: Arc<Self>, gateway: Gateway, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(TICK) => {}
            }
            let Ok(snapshot) = gateway.snapshot() else { continue };
            tokio::select! {
                () = stop.cancelled() => return,
                done = self.run(snapshot.endpoints()) => if let Err(error) = done {
                    tracing::warn!(%error, "re-verification could not be carried out");
                }
            }
        }
    }

    /// Looks at what is due of `endpoints`; how many looks were made.
    pub async fn run(
        &self,
        endpoints: impl IntoIterator<Item = (ConnectorSlug, HostPort)>,
    ) -> Result<usize, StoreError> {
        let mut by_connector: BTreeMap<ConnectorSlug, Vec<HostPort>> = BTreeMap::new();
        for (connector, endpoint) in endpoints {
            by_connector.entry(connector).or_default().push(endpoint);
        }
        let mut used = Vec::new();
        for (slug, endpoints) in by_connector {
            match self.store.connector(&slug).await {
                Ok(connector) => used.push((connector, self.store.verifications(&slug).await?, endpoints)),
                // Its last connection went with it since the snapshot was made.
                Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let (mut due, mut standing) = (Vec::new(), Standing::new());
        let mut stands = |found: &Verification| {
            let hosts = standing.entry((found.check, found.outcome, found.drift)).or_default();
            *hosts = hosts.saturating_add(1);
        };
        for check in &self.checks {
            for (connector, known, endpoints) in &used {
                for endpoint in endpoints {
                    let is_it = |known: &&Verification| {
                        known.host == endpoint.host && known.port == endpoint.port && known.check == check.kind()
                    };
                    let before = known.iter().find(is_it);
                    match before.filter(|before| !self.is_due(&**check, before)) {
                        Some(before) => stands(before),
                        None => due.push(self.look(connector, endpoint, &**check, before)),
                    }
                }
            }
        }
        let is_whole = due.len() <= ROUND;
        due.truncate(ROUND);
        let looks = due.len();
        let mut looked = futures_util::stream::iter(due).buffer_unordered(AT_ONCE);
        while let Some(after) = looked.next().await {
            stands(&after?);
        }
        if is_whole {
            *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
        }
        Ok(looks)
    }

    fn is_due(&self, check: &dyn Check, before: &Verification) -> bool {
        let is_old = check.renewed_at().is_some_and(|renewed| before.last_run < renewed);
        is_old || before.due <= self.clock.now()
    }

    async fn look(
        &self,
        connector: &Connector,
        endpoint: &HostPort,
        check: &dyn Check,
        before: Option<&Verification>,
    ) -> Result<Verification, StoreError> {
        let baseline = before.and_then(|before| before.baseline.as_deref());
        let finding = tokio::time::timeout(LONGEST, check.look(connector, endpoint, baseline)).await;
        let finding =
            finding.unwrap_or_else(|_| Finding::NotMeasured(format!("the look took longer than {LONGEST:?}")));
        let now = self.clock.now();
        let times = self.schedule.of(check.kind());
        let after = judged(connector, endpoint, (check.kind(), times), before, finding, now);
        self.count(after.outcome);
        let was = before.map_or(RecheckOutcome::Passed, |before| before.outcome);
        if is_news(before, &after) {
            self.record(&after, was).await;
        }
        self.store.put_verification(&after, before.map(|before| before.due)).await?;
        Ok(after)
    }

    /// What changed for whom is on record before it takes effect. A host is held whether or not that can be recorded.
    async fn record(&self, found: &Verification, was: RecheckOutcome) {
        let act = match (found.outcome, was) {
            (RecheckOutcome::Suspended, _) => "endpoint.suspend",
            (_, RecheckOutcome::Suspended) => "endpoint.resume",
            (RecheckOutcome::Restricted, _) => "endpoint.restrict",
            (RecheckOutcome::Warned, _) => "endpoint.warn",
            _ => "endpoint.restore",
        };
        let (host, check) = (found.host.as_str(), found.check.as_str());
        tracing::warn!(connector = %found.connector, host, check, act, detail = found.detail, "an endpoint changed");
        let mut record = ActRecord::done(None, act, found.connector.as_str());
        record.details = vec![("host", host), ("check", check), ("found", &found.detail)];
        record.details.extend(found.drift.map(|drift| ("drift", drift.as_str())));
        if let Err(error) = self.ledger.act(record).await {
            tracing::error!(%error, act, "a change of an endpoint is not on record");
        }
    }
}

/// Whether something changed since it was last known. A look that could not be made in between is no change, and neither is
/// the next one that could.
fn is_news(before: Option<&Verification>, after: &Verification) -> bool {
    let drift = before.and_then(|before| before.drift);
    let was = before.map(|before| before.outcome).filter(|was| *was != RecheckOutcome::NotMeasured);
    match after.outcome {
        RecheckOutcome::NotMeasured => false,
        RecheckOutcome::Passed => drift.is_some(),
        _ => drift != after.drift || was.is_some_and(|was| was != after.outcome),
    }
}

/// What a finding means, after what was known before.
fn judged(
    connector: &Connector,
    endpoint: &HostPort,
    (check, times): (Recheck, Interval),
    before: Option<&Verification>,
    finding: Finding,
    now: Timestamp,
) -> Verification {
    let baseline = before.and_then(|before| before.baseline.clone());
    let (outcome, drift, detail, baseline, since) = match finding {
        Finding::Same { baseline, detail } => (RecheckOutcome::Passed, None, detail, Some(baseline), None),
        Finding::Changed { drift, detail } => {
            let since = before.and_then(|before| before.drifting_since).unwrap_or(now);
            let outcome = match effect(drift, connector.publisher_kind) {
                Effect::Warn => RecheckOutcome::Warned,
                Effect::Restrict => RecheckOutcome::Restricted,
                Effect::Suspend => RecheckOutcome::Suspended,
            };
            (outcome, Some(drift), detail, baseline, Some(since))
        }
        Finding::NotMeasured(detail) => {
            // What could not be looked at neither holds a host nor lets it go.
            let holds = |before: &&Verification| {
                matches!(before.outcome, RecheckOutcome::Suspended | RecheckOutcome::Restricted)
            };
            let outcome = before.filter(holds).map_or(RecheckOutcome::NotMeasured, |held| held.outcome);
            let drift = before.and_then(|before| before.drift);
            (outcome, drift, detail, baseline, before.and_then(|before| before.drifting_since))
        }
    };
    let next = if outcome == RecheckOutcome::Passed { times.every } else { times.again };
    Verification {
        connector: connector.slug.clone(),
        host: endpoint.host.clone(),
        port: endpoint.port,
        check,
        outcome,
        drift,
        detail: detail.chars().take(MAX_DETAIL).collect(),
        baseline,
        last_run: now,
        due: now.plus_secs(next),
        drifting_since: since,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::DnsRecheck;
    use crate::drift::testing::{DAY, Grounds};
    use async_trait::async_trait;
    use backshell_boundary::{AddressRules, ResolveError, Resolved, Resolver};
    use backshell_model::{HostName, PublisherKind};
    use backshell_store::VerificationRepository;

    /// Answers what the test says.
    #[derive(Debug)]
    struct Names(Mutex<Result<(&'static str, &'static str), ResolveError>>);

    #[async_trait]
    impl Resolver for Names {
        async fn resolve(&self, _: &HostName, _: u16) -> Result<Arc<Resolved>, ResolveError> {
            let (address, last) = self.0.lock().unwrap().clone()?;
            Ok(Arc::new(Resolved::new([address.parse().unwrap()], vec![last.into()])))
        }
    }

    struct Scene {
        grounds: Grounds,
        names: Arc<Names>,
        job: DriftJob,
    }

    const FIRST: (&str, &str) = ("93.184.215.14", "lb-1.eu.cdn.example");

    impl Scene {
        async fn new() -> Self {
            let grounds = Grounds::of(PublisherKind::Verified).await;
            let names = Arc::new(Names(Mutex::new(Ok(FIRST))));
            let dns = DnsRecheck::new(names.clone(), AddressRules::default());
            let (store, clock, ledger) = (grounds.store.clone(), grounds.clock.clone(), grounds.ledger.clone());
            let job = DriftJob::new(store, ledger, clock, vec![Arc::new(dns)], Schedule::default());
            Self { grounds, names, job }
        }

        fn answer(&self, answer: Result<(&'static str, &'static str), ResolveError>) {
            *self.names.0.lock().unwrap() = answer;
        }

        /// Runs what is due and says how the host stands.
        async fn run(&self) -> (usize, RecheckOutcome, Option<Drift>) {
            let (connector, endpoint) = self.grounds.endpoint();
            let looks = self.job.run([(connector.clone(), endpoint)]).await.unwrap();
            let found = self.grounds.store.verifications(&connector).await.unwrap().remove(0);
            assert_eq!(found.check, Recheck::Dns);
            assert_eq!(self.job.standing(), [((Recheck::Dns, found.outcome, found.drift), 1)].into());
            (looks, found.outcome, found.drift)
        }
    }

    #[tokio::test]
    async fn a_host_is_looked_at_when_it_is_due() {
        let scene = Scene::new().await;
        assert_eq!(scene.run().await, (1, RecheckOutcome::Passed, None));
        scene.grounds.clock.advance(DAY - 1);
        assert_eq!(scene.run().await.0, 0);
        scene.grounds.clock.advance(1);
        assert_eq!(scene.run().await, (1, RecheckOutcome::Passed, None));
        assert!(scene.grounds.acts().await.is_empty(), "what stays as it is is no news");
    }

    #[tokio::test]
    async fn another_zone_holds_calls_until_the_name_is_back() {
        use RecheckOutcome::{Passed, Suspended, Warned};
        let scene = Scene::new().await;
        scene.run().await;
        let day = || scene.grounds.clock.advance(DAY);
        day();
        scene.answer(Ok(("93.184.215.15", "lb-2.eu.cdn.example")));
        assert_eq!(scene.run().await, (1, Warned, Some(Drift::AliasChanged)));
        day();
        scene.answer(Ok(("93.184.215.15", "bucket.elsewhere.example")));
        assert_eq!(scene.run().await, (1, Suspended, Some(Drift::EndpointMoved)));
        day();
        scene.answer(Err(ResolveError::Failed("no answer".to_owned())));
        assert_eq!(scene.run().await, (1, Suspended, Some(Drift::EndpointMoved)), "no answer lets nothing go");
        day();
        scene.answer(Ok(FIRST));
        assert_eq!(scene.run().await, (1, Passed, None));
        assert_eq!(scene.grounds.acts().await, ["endpoint.warn", "endpoint.suspend", "endpoint.resume"]);
        let counts = DriftCounts { passed: 2, warned: 1, restricted: 0, suspended: 2, not_measured: 0 };
        assert_eq!(scene.job.counts(), counts);
    }

    #[tokio::test]
    async fn a_name_without_address_and_an_inner_address_hold_calls_at_once() {
        for (answer, drift) in [
            (Err(ResolveError::NoAnswer), Drift::EndpointGone),
            (Err(ResolveError::Chain), Drift::EndpointGone),
            (Ok(("169.254.169.254", "lb-1.eu.cdn.example")), Drift::AddressRefused),
        ] {
            let scene = Scene::new().await;
            scene.run().await;
            scene.grounds.clock.advance(DAY);
            scene.answer(answer);
            assert_eq!(scene.run().await, (1, RecheckOutcome::Suspended, Some(drift)));
            scene.grounds.clock.advance(3600);
            assert_eq!(scene.run().await.0, 1, "what is held is looked at again within the hour");
        }
    }

    #[tokio::test]
    async fn what_was_never_measured_is_not_passed() {
        let scene = Scene::new().await;
        scene.answer(Err(ResolveError::Failed("no answer".to_owned())));
        assert_eq!(scene.run().await, (1, RecheckOutcome::NotMeasured, None));
        assert!(scene.grounds.acts().await.is_empty());
    }

    #[tokio::test]
    async fn a_look_that_could_not_be_made_is_no_change_and_its_end_is_none() {
        use RecheckOutcome::{NotMeasured, Passed, Warned};
        let scene = Scene::new().await;
        let silence = || scene.answer(Err(ResolveError::Failed("no answer".to_owned())));
        scene.run().await;
        let mut seen = Vec::new();
        for answer in [None, Some(FIRST), Some(("93.184.215.15", "lb-2.eu.cdn.example")), None] {
            scene.grounds.clock.advance(DAY);
            match answer {
                Some(answer) => scene.answer(Ok(answer)),
                None => silence(),
            }
            seen.push(scene.run().await.1);
        }
        assert_eq!(seen, [NotMeasured, Passed, Warned, NotMeasured]);
        assert_eq!(scene.grounds.acts().await, ["endpoint.warn"]);
        // The same warning again after the silence is no news, and what is as it was then is.
        for answer in [("93.184.215.15", "lb-2.eu.cdn.example"), FIRST] {
            scene.grounds.clock.advance(DAY);
            scene.answer(Ok(answer));
            scene.run().await;
        }
        assert_eq!(scene.grounds.acts().await, ["endpoint.warn", "endpoint.restore"]);
    }

    #[tokio::test]
    async fn what_hosts_are_held_against_makes_looks_due_when_it_is_renewed() {
        #[derive(Debug)]
        struct Renewed(Timestamp);
        #[async_trait]
        impl Check for Renewed {
            fn kind(&self) -> Recheck {
                Recheck::Place
            }
            async fn look(&self, _: &Connector, _: &HostPort, _: Option<&str>) -> Finding {
                Finding::Same { baseline: "westeurope".to_owned(), detail: String::new() }
            }
            fn renewed_at(&self) -> Option<Timestamp> {
                Some(self.0)
            }
        }
        let grounds = Grounds::of(PublisherKind::Verified).await;
        let check = Renewed(grounds.clock.now().plus_secs(10));
        let (store, clock, ledger) = (grounds.store.clone(), grounds.clock.clone(), grounds.ledger.clone());
        let job = DriftJob::new(store, ledger, clock, vec![Arc::new(check)], Schedule::default());
        let run = async || job.run([grounds.endpoint()]).await.unwrap();
        assert_eq!(run().await, 1);
        grounds.clock.advance(10);
        assert_eq!((run().await, run().await), (1, 0), "once, and not for ever");
    }
}
