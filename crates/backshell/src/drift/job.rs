//! The job: what is due is looked at, a change is put on record, and calls are held or let go on.

use super::table::{Effect, Interval, Schedule, effect};
use super::{Check, Finding, InUse};
use crate::rounds::rounds;
use backshell_gateway::connect::Approvals;
use backshell_gateway::{Gateway, Leads};
use backshell_ledger::{ActRecord, Ledger};
use backshell_model::{
    Clock, Connector, ConnectorSlug, Drift, HostPort, Recheck, RecheckOutcome, ServiceRoot, Timestamp, Verification,
};
use backshell_store::{Store, StoreError};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, Semaphore};
use tokio_util::sync::CancellationToken;

/// How often the job looks whether something is due.
const TICK: Duration = Duration::from_mins(1);
/// How much is looked at in one round; the rest waits for the next one.
const ROUND: usize = 200;
/// How many hosts are looked at at once, by rounds and after approvals together: one that answers slowly must not keep others
/// waiting.
const AT_ONCE: usize = 8;
/// After a look at an approved root, seconds in which another approval of the same root asks for no other.
const FRESH: i64 = 3_600;
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
    at_once: Semaphore,
    /// The hosts that are looked at: one at a time is enough, whichever connectors and approvals lead there.
    hosts: Mutex<BTreeMap<HostPort, Weak<tokio::sync::Mutex<()>>>>,
}

/// What came of a look that was due when it was planned.
enum Looked {
    /// It was made.
    Made(Verification),
    /// Somebody else had made it in the meantime.
    Spared(Verification),
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
        let (counts, standing, hosts) = Default::default();
        Self { store, ledger, clock, checks, schedule, counts, standing, at_once: Semaphore::new(AT_ONCE), hosts }
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
        let round = || async {
            let Ok(snapshot) = gateway.snapshot() else { return Ok(()) };
            self.run(in_use(snapshot.leads())).await.map(drop)
        };
        rounds(TICK, stop, "re-verification could not be carried out", round).await;
    }

    /// Runs until `stop`: looks at hosts as soon as they are approved. Calls need not wait for that; a host that does not
    /// clear a bar is held from then on.
    pub async fn follow(self: Arc<Self>, approvals: Arc<Approvals>, gateway: Gateway, stop: CancellationToken) {
        let mut running = FuturesUnordered::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                // A host that answers slowly does not keep those waiting that are approved after it.
                approved = approvals.next(), if running.len() < AT_ONCE => running.push(self.approved(approved, &gateway)),
                Some(done) = running.next() => if let Err(error) = done {
                    // The next round looks at it: it is due.
                    tracing::warn!(error, "an approved host could not be looked at now");
                }
            }
        }
    }

    async fn approved(&self, approved: BTreeSet<(ConnectorSlug, HostPort)>, gateway: &Gateway) -> Result<(), String> {
        // What was approved is in the database; the snapshot may still be the one from before.
        gateway.refresh().await.map_err(|error| error.to_string())?;
        let snapshot = gateway.snapshot().map_err(|error| error.to_string())?;
        let new = in_use(snapshot.leads()).filter(|(slug, host)| approved.contains(&(slug.clone(), host.at.clone())));
        self.look_now(new.collect::<Vec<_>>()).await.map_err(|error| error.to_string())?;
        // What is held is held at once, and not when the snapshot is next renewed.
        gateway.refresh().await.map_err(|error| error.to_string())
    }

    /// Looks at what is due of `endpoints`; how many looks were made.
    pub async fn run<E: Into<InUse>>(
        &self,
        endpoints: impl IntoIterator<Item = (ConnectorSlug, E)>,
    ) -> Result<usize, StoreError> {
        let used = self.known(endpoints).await?;
        let mut standing = Standing::new();
        let mut stands = |found: &Verification| {
            let hosts = standing.entry((found.check, found.outcome, found.drift)).or_default();
            *hosts = hosts.saturating_add(1);
        };
        let (mut due, mut looks) = (Vec::new(), 0_usize);
        for look in self.looks(&used) {
            match look.before.filter(|before| !self.is_due(&look, before)) {
                Some(before) => stands(before),
                None => due.push(look),
            }
        }
        let is_whole = due.len() <= ROUND;
        due.truncate(ROUND);
        for looked in self.look_at(due).await? {
            match looked {
                Looked::Made(found) => {
                    looks = looks.saturating_add(1);
                    stands(&found);
                }
                Looked::Spared(found) => stands(&found),
            }
        }
        if is_whole {
            *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
        }
        Ok(looks)
    }

    /// Looks at hosts that were approved just now: by every bar, and by every check that is due.
    pub async fn look_now<E: Into<InUse>>(
        &self,
        endpoints: impl IntoIterator<Item = (ConnectorSlug, E)>,
    ) -> Result<(), StoreError> {
        let used = self.known(endpoints).await?;
        let now = self.clock.now();
        let is_due = |look: &Look<'_>| {
            look.before.is_none_or(|before| {
                let is_old = look.check.kind() == Recheck::Bars && before.last_run.plus_secs(FRESH) <= now;
                is_old || self.is_due(look, before)
            })
        };
        self.look_at(self.looks(&used).filter(is_due).collect()).await?;
        Ok(())
    }

    /// Makes these looks: those at one host in turn, because no host is asked for much at once, and several hosts at a time.
    async fn look_at(&self, due: Vec<Look<'_>>) -> Result<Vec<Looked>, StoreError> {
        let mut by_host: BTreeMap<&HostPort, Vec<Look<'_>>> = BTreeMap::new();
        for look in due {
            by_host.entry(&look.endpoint.at).or_default().push(look);
        }
        let in_turn = async |(at, looks): (&HostPort, Vec<Look<'_>>)| {
            // The host first: whoever waits for a host takes no place from another.
            let _host = self.alone_at(at).await;
            let _place = self.at_once.acquire().await;
            let mut looked = Vec::new();
            for look in looks {
                looked.push(self.look(look).await?);
            }
            Ok::<_, StoreError>(looked)
        };
        let hosts: Vec<_> = by_host.into_iter().map(in_turn).collect();
        let mut running = futures_util::stream::iter(hosts).buffer_unordered(AT_ONCE);
        let mut looked = Vec::new();
        while let Some(of_host) = running.next().await {
            looked.extend(of_host?);
        }
        Ok(looked)
    }

    /// Waits until nobody looks at the host.
    async fn alone_at(&self, at: &HostPort) -> OwnedMutexGuard<()> {
        let lock = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            hosts.retain(|_, lock| lock.strong_count() > 0);
            let known = hosts.get(at).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let lock = Arc::default();
                hosts.insert(at.clone(), Arc::downgrade(&lock));
                lock
            })
        };
        lock.lock_owned().await
    }

    /// The connectors, what is known of their hosts, and the hosts.
    async fn known<E: Into<InUse>>(
        &self,
        endpoints: impl IntoIterator<Item = (ConnectorSlug, E)>,
    ) -> Result<Vec<Used>, StoreError> {
        let mut by_connector: BTreeMap<ConnectorSlug, Vec<InUse>> = BTreeMap::new();
        for (connector, endpoint) in endpoints {
            by_connector.entry(connector).or_default().push(endpoint.into());
        }
        let mut used = Vec::new();
        for (slug, endpoints) in by_connector {
            match self.store.connector(&slug).await {
                Ok(connector) => {
                    let known = self.store.verifications(&slug).await?.into_iter();
                    let known = known.map(|one| (HostPort { host: one.host.clone(), port: one.port }, one));
                    let known = known.map(|(at, one)| ((at, one.check), one)).collect();
                    used.push(Used { connector, known, endpoints });
                }
                // Its last connection went with it since the snapshot was made.
                Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(used)
    }

    /// Every look that there could be, check by check.
    fn looks<'a>(&'a self, used: &'a [Used]) -> impl Iterator<Item = Look<'a>> {
        self.checks.iter().flat_map(move |check| {
            let check = &**check;
            used.iter().flat_map(move |Used { connector, known, endpoints }| {
                endpoints.iter().filter_map(move |endpoint| {
                    let before = known.get(&(endpoint.at.clone(), check.kind()));
                    // What is held is looked at until it is let go, also when the check would not ask about it by now.
                    let is_held = before.is_some_and(|before| before.outcome == RecheckOutcome::Suspended);
                    let is_asked = is_held || check.asks_about(endpoint);
                    is_asked.then_some(Look { connector, endpoint, check, before })
                })
            })
        })
    }

    fn is_due(&self, look: &Look<'_>, before: &Verification) -> bool {
        let is_old = look.check.renewed_at().is_some_and(|renewed| before.last_run < renewed);
        is_old || before.due <= self.clock.now() || look.is_new(before)
    }

    /// Looks, unless somebody has looked since this was planned.
    async fn look(&self, look: Look<'_>) -> Result<Looked, StoreError> {
        let Look { connector, endpoint, check, before: planned } = look;
        let HostPort { host, port } = &endpoint.at;
        let before = self.store.verification(&connector.slug, host, *port, check.kind()).await?;
        let is_later = |before: &Verification| planned.is_none_or(|planned| before.last_run > planned.last_run);
        if let Some(before) = before.as_ref().filter(|before| is_later(before) && !look.is_new(before)) {
            return Ok(Looked::Spared(before.clone()));
        }
        let before = before.as_ref();
        let baseline = before.and_then(|before| before.baseline.as_deref());
        let longest = check.longest(endpoint);
        let finding = tokio::time::timeout(longest, check.look(connector, endpoint, baseline)).await;
        let finding =
            finding.unwrap_or_else(|_| Finding::NotMeasured(format!("the look took longer than {longest:?}")));
        let now = self.clock.now();
        let times = self.schedule.of(check.kind());
        let after = judged(connector, &endpoint.at, (check.kind(), times), before, finding, now);
        self.count(after.outcome);
        let was = before.map_or(RecheckOutcome::Passed, |before| before.outcome);
        if is_news(before, &after) {
            self.record(&after, was).await;
        }
        self.store.put_verification(&after, before.map(|before| before.due)).await?;
        Ok(Looked::Made(after))
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

/// A connector, what is known of its hosts, and the hosts.
struct Used {
    connector: Connector,
    /// By host and check.
    known: HashMap<(HostPort, Recheck), Verification>,
    endpoints: Vec<InUse>,
}

/// One look: at what, by which check, and what is known from before.
#[derive(Clone, Copy)]
struct Look<'a> {
    connector: &'a Connector,
    endpoint: &'a InUse,
    check: &'a dyn Check,
    before: Option<&'a Verification>,
}

impl Look<'_> {
    /// Whether the host is used for more than what it passed with. One that did not pass is looked at again soon anyway.
    fn is_new(&self, before: &Verification) -> bool {
        before.outcome == RecheckOutcome::Passed && !self.check.covers(self.endpoint, before.baseline.as_deref())
    }
}

/// Every host that connections lead to, with what was approved at it, and the hosts that stand beside it.
pub fn in_use<'a>(leads: impl Iterator<Item = Leads<'a>>) -> impl Iterator<Item = (ConnectorSlug, InUse)> {
    let mut used: BTreeMap<(ConnectorSlug, HostPort), (BTreeSet<ServiceRoot>, BTreeSet<HostPort>)> = BTreeMap::new();
    let at = |root: &ServiceRoot| HostPort { host: root.host.clone(), port: root.port };
    for Leads { connector, certified, approved } in leads {
        let hosts: BTreeSet<HostPort> = certified.iter().chain(approved).map(at).collect();
        for host in &hosts {
            let (roots, siblings) = used.entry((connector.clone(), host.clone())).or_default();
            roots.extend(approved.iter().filter(|root| at(root) == *host).cloned());
            siblings.extend(hosts.iter().cloned());
        }
    }
    used.into_iter().map(|((connector, at), (approved, siblings))| {
        (connector, InUse { at, approved: approved.into_iter().collect(), siblings: siblings.into_iter().collect() })
    })
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
            async fn look(&self, _: &Connector, _: &InUse, _: Option<&str>) -> Finding {
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

    /// Is asked about approved hosts, passes, and remembers what was approved. It takes its time.
    #[derive(Debug, Default)]
    struct Roots(AtomicU64);

    fn shown(endpoint: &InUse) -> String {
        endpoint.approved.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[async_trait]
    impl Check for Roots {
        fn kind(&self) -> Recheck {
            Recheck::Bars
        }
        fn asks_about(&self, endpoint: &InUse) -> bool {
            !endpoint.approved.is_empty()
        }
        fn covers(&self, endpoint: &InUse, baseline: Option<&str>) -> bool {
            baseline == Some(&shown(endpoint))
        }
        async fn look(&self, _: &Connector, endpoint: &InUse, _: Option<&str>) -> Finding {
            self.0.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
            Finding::Same { baseline: shown(endpoint), detail: String::new() }
        }
    }

    fn with_roots(grounds: &Grounds) -> (Arc<Roots>, DriftJob) {
        let check = Arc::new(Roots::default());
        let (store, clock, ledger) = (grounds.store.clone(), grounds.clock.clone(), grounds.ledger.clone());
        (Arc::clone(&check), DriftJob::new(store, ledger, clock, vec![check], Schedule::default()))
    }

    fn root(path: &str) -> ServiceRoot {
        ServiceRoot::parse(&format!("https://api.contoso.com{path}")).unwrap()
    }

    #[tokio::test]
    async fn what_is_held_is_looked_at_until_it_is_let_go() {
        let grounds = Grounds::of(PublisherKind::Verified).await;
        let (_, job) = with_roots(&grounds);
        let (connector, at) = grounds.endpoint();
        let held = Verification {
            connector: connector.clone(),
            host: at.host.clone(),
            port: at.port,
            check: Recheck::Bars,
            outcome: RecheckOutcome::Suspended,
            drift: Some(Drift::BarFailed),
            detail: String::new(),
            baseline: None,
            last_run: grounds.clock.now(),
            due: grounds.clock.now().plus_secs(3600),
            drifting_since: None,
        };
        grounds.store.put_verification(&held, None).await.unwrap();
        grounds.clock.advance(3600);
        let run = async || job.run([(connector.clone(), at.clone())]).await.unwrap();
        assert_eq!(run().await, 1, "its approval is gone, and it is used and held");
        assert_eq!(grounds.acts().await, ["endpoint.resume"]);
        grounds.clock.advance(30 * DAY);
        assert_eq!(run().await, 0, "nobody approved it");
    }

    #[tokio::test]
    async fn a_host_is_looked_at_once_at_a_time_and_again_for_another_root() {
        let grounds = Grounds::of(PublisherKind::Verified).await;
        let (check, job) = with_roots(&grounds);
        let (connector, at) = grounds.endpoint();
        let approve = async |paths: &[&str]| {
            let approved = paths.iter().map(|path| root(path)).collect();
            let endpoint = InUse { approved, ..InUse::from(at.clone()) };
            job.look_now([(connector.clone(), endpoint)]).await.unwrap();
        };
        tokio::join!(approve(&["/one"]), approve(&["/one"]));
        assert_eq!(check.0.load(Ordering::Relaxed), 1, "one look is enough for both");
        approve(&["/one"]).await;
        assert_eq!(check.0.load(Ordering::Relaxed), 1);
        approve(&["/one", "/two"]).await;
        assert_eq!(check.0.load(Ordering::Relaxed), 2, "nobody has looked at that root");
        assert!(job.hosts.lock().unwrap().values().all(|lock| lock.strong_count() == 0));
    }

    #[test]
    fn beside_a_host_stand_those_of_the_same_connections_only() {
        let connector: ConnectorSlug = "contoso-crm".parse().unwrap();
        let named = |host: &str| [ServiceRoot::parse(&format!("https://{host}.example.com/api")).unwrap()];
        let (certified, one, two) = (named("certified"), named("one"), named("two"));
        let lead = |approved| Leads { connector: &connector, certified: &certified, approved };
        let used = in_use([lead(&one[..]), lead(&two[..])].into_iter()).map(|(_, endpoint)| {
            let beside = endpoint.siblings.iter().map(|at| at.host.as_str().to_owned()).collect::<Vec<_>>();
            (endpoint.at.host.as_str().to_owned(), beside.join(" "), endpoint.approved.len())
        });
        let expected = [
            ("certified.example.com", "certified.example.com one.example.com two.example.com", 0),
            ("one.example.com", "certified.example.com one.example.com", 1),
            ("two.example.com", "certified.example.com two.example.com", 1),
        ];
        assert_eq!(used.collect::<Vec<_>>(), expected.map(|(at, beside, roots)| (at.into(), beside.into(), roots)));
    }
}
