//! Every bar of endpoint verification, for a host that somebody approved for a connection.
//!
//! What a package names is held against the bars when it is published. The host that a setting leads to is known to nobody
//! before it is approved: then it is looked at, at once and beside the calls, each root that was approved at it by itself. The
//! judgements are the bars' own. A root that has cleared them once is looked at again only by the bars that no other check
//! looks at, or not at this path. Being down for an hour, or having a certificate that ends soon, holds nobody: before a root
//! has cleared the bars it is not cleared yet, and afterwards it is for other checks to say.

use super::{Check, Finding, InUse};
use async_trait::async_trait;
use backshell_boundary::PrivateService;
use backshell_console::HostProbe;
use backshell_findings::BarState;
use backshell_model::{Connector, Drift, HostPort, Recheck, ServiceRoot};
use backshell_probe::again::{Again, handshake};
use backshell_probe::facts::Facts;
use backshell_probe::hosts::endpoint_of_url;
use backshell_probe::verify;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// The bars that no other check looks at once they are cleared: whether the resolvers agree (one is asked daily), and what an
/// answer at the approved path says (daily it is that of `/`).
pub(super) const LATER: [&str; 5] = ["EV-03", "EV-16", "EV-17", "EV-22", "EV-24"];
/// The bars about whether a host answers, and how soon: it may be down just now.
const ANSWERS: [&str; 2] = ["EV-19", "EV-20"];
/// The bar about how long the certificates are valid: ones that are valid now may be about to be renewed.
const VALIDITY: &str = "EV-11";
/// Ownership has a check of its own, which knows what is on file; nothing is asked for it here.
const OWNERSHIP: &str = "EV-21";
/// Handshakes of several kinds and four requests, one connection a second: a slow host takes that long, for each root.
const LONGEST: Duration = Duration::from_mins(3);
/// Begins the baseline, before the roots that cleared the bars; no root holds a space.
const CLEARED: &str = "cleared";

/// Measures hosts and judges every bar.
pub struct BarsRecheck {
    probe: Arc<dyn HostProbe>,
    internal: Vec<PrivateService>,
}

impl BarsRecheck {
    /// Measures with `probe`; `internal` are the services that may have private addresses.
    pub fn new(probe: Arc<dyn HostProbe>, internal: Vec<PrivateService>) -> Self {
        Self { probe, internal }
    }
}

impl fmt::Debug for BarsRecheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BarsRecheck").field("internal", &self.internal).finish_non_exhaustive()
    }
}

#[async_trait]
impl Check for BarsRecheck {
    fn kind(&self) -> Recheck {
        Recheck::Bars
    }

    fn asks_about(&self, endpoint: &InUse) -> bool {
        !endpoint.approved.is_empty()
    }

    fn longest(&self, endpoint: &InUse) -> Duration {
        let roots = u32::try_from(endpoint.approved.len()).unwrap_or(u32::MAX);
        LONGEST.saturating_mul(roots.max(1))
    }

    fn covers(&self, endpoint: &InUse, baseline: Option<&str>) -> bool {
        endpoint.approved.iter().all(|root| has_cleared(baseline, &root.to_string()))
    }

    async fn look(&self, _: &Connector, endpoint: &InUse, baseline: Option<&str>) -> Finding {
        let HostPort { host, port } = &endpoint.at;
        let mut roots: Vec<String> = endpoint.approved.iter().map(ServiceRoot::to_string).collect();
        if roots.is_empty() {
            roots.push(format!("https://{host}:{port}/"));
        }
        // The worst counts.
        let (mut details, mut missing) = (Vec::new(), None);
        for root in &roots {
            match self.look_at(root, endpoint, has_cleared(baseline, root)).await {
                Finding::Same { detail, .. } => details.push(detail),
                Finding::NotMeasured(reason) => missing = missing.or(Some(reason)),
                changed @ Finding::Changed { .. } => return changed,
            }
        }
        if let Some(reason) = missing {
            return Finding::NotMeasured(reason);
        }
        details.dedup();
        Finding::Same { baseline: format!("{CLEARED} {}", roots.join(" ")), detail: details.join("; ") }
    }
}

impl BarsRecheck {
    async fn look_at(&self, root: &str, endpoint: &InUse, cleared: bool) -> Finding {
        let Some(facts) = self.probe.measure(&endpoint_of_url(root), &endpoint.siblings).await else {
            return Finding::NotMeasured("this node does not look at hosts (`verification.connect`)".to_owned());
        };
        if self.is_internal(&endpoint.at, &facts) {
            // What an environment's entry permits is decided for each call of that environment.
            return Finding::NotMeasured(
                "it is an internal service, and a probe goes to public addresses only".to_owned(),
            );
        }
        judged(&facts, cleared)
    }

    /// Whether every address of the host is one that an entry for an internal service lifts. The entry alone excuses nobody:
    /// it is one environment's, and what another approves may be a public host of that name.
    fn is_internal(&self, HostPort { host, port }: &HostPort, facts: &Facts) -> bool {
        let lifted = |address| self.internal.iter().any(|service| service.is_about(host, *port, address));
        let all = |found: &Vec<(IpAddr, _)>| !found.is_empty() && found.iter().all(|(address, _)| lifted(*address));
        facts.addresses.as_ref().is_ok_and(all)
    }
}

/// Whether a root is among those that cleared the bars.
fn has_cleared(baseline: Option<&str>, root: &str) -> bool {
    baseline.is_some_and(|cleared| cleared.split(' ').any(|cleared| cleared == root))
}

/// What the facts mean: every bar counts at first, and those that no other check looks at once the root has `cleared` them.
fn judged(facts: &Facts, cleared: bool) -> Finding {
    let verification = verify(std::slice::from_ref(facts));
    let counts = |id: &str| if cleared { LATER.contains(&id) } else { id != OWNERSHIP };
    // What may be over in an hour is no reason to hold calls, and none to say that the bar is cleared.
    let is_valid = !matches!(handshake(facts, None), Again::Changed { drift: Drift::CertificateInvalid, .. });
    let waits = |id: &str| ANSWERS.contains(&id) || (id == VALIDITY && is_valid);
    let (mut failed, mut waiting, mut remarks, mut passed) = (Vec::new(), Vec::new(), Vec::new(), 0_usize);
    for bar in verification.bars.iter().filter(|bar| counts(&bar.id)) {
        match bar.state {
            BarState::Fail if waits(&bar.id) => waiting.push(format!("{}: {}", bar.id, bar.message)),
            BarState::Fail => failed.push(format!("{}: {}", bar.id, bar.message)),
            BarState::Warn => remarks.push(format!("{}: {}", bar.id, bar.message)),
            BarState::Pass => passed = passed.saturating_add(1),
            BarState::NotMeasured => {}
        }
    }
    if !failed.is_empty() {
        return Finding::Changed { drift: Drift::BarFailed, detail: failed.join("; ") };
    }
    if !waiting.is_empty() {
        return Finding::NotMeasured(format!("not cleared yet: {}", waiting.join("; ")));
    }
    let missing: Vec<&str> = verification.missing.iter().map(|(_, id)| *id).filter(|id| counts(id)).collect();
    if !missing.is_empty() {
        let why = verification.bars.iter().find(|bar| missing.first().is_some_and(|id| bar.id == *id));
        let why = why.map_or("", |bar| bar.message.as_str());
        return Finding::NotMeasured(format!("not measured: {}; {why}", missing.join(", ")));
    }
    let remarks = if remarks.is_empty() { String::new() } else { format!("; {}", remarks.join("; ")) };
    Finding::Same { baseline: CLEARED.to_owned(), detail: format!("{passed} bars are cleared{remarks}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::testing::Grounds;
    use backshell_model::{EnvironmentId, HostName, PublisherKind, Timestamp};
    use backshell_probe::facts::{Answer, Names, NotMeasured, ResolverAnswer, Sample, Series, Standing};
    use backshell_probe::hosts::Endpoint;
    use backshell_probe::measure::{Lists, Looked, unmeasured};
    use backshell_probe::ownership::Challenge;
    use backshell_testkit::{MockClock, SeededRandom};

    fn facts(reason: &str) -> Facts {
        let clock = MockClock::at(1_800_000_000);
        unmeasured(&endpoint_of_url("https://one.tenants.example.com/api"), &[], &clock, &Lists::default(), reason)
    }

    fn answering(location: Option<&str>) -> Facts {
        let answer = Answer {
            version: "HTTP/1.1".to_owned(),
            status: 302,
            hsts: Vec::new(),
            location: location.map(str::to_owned),
            upgrade: None,
            leaks: Vec::new(),
        };
        let says = |resolver: &str| ResolverAnswer {
            resolver: resolver.to_owned(),
            addresses: Ok(vec!["93.184.215.14".parse().unwrap()]),
            took: Duration::from_millis(20),
        };
        let answers = vec![says("first"), says("second")];
        let names = Names { answers, aliases: Vec::new(), dangling: false, broken: false };
        Facts { answer: Ok(answer), names: Ok(names), ..facts("only the name and the answer were looked at") }
    }

    #[test]
    fn a_bar_that_fails_is_named_and_what_is_not_measured_never_passes() {
        let Finding::NotMeasured(reason) = judged(&facts("the network is down"), false) else { panic!() };
        assert!(reason.contains("EV-06") && reason.contains("the network is down"), "{reason}");
        assert!(!reason.contains(OWNERSHIP), "ownership has a check of its own: {reason}");
        let leads_away = answering(Some("https://evil.example.com/"));
        for cleared in [false, true] {
            let Finding::Changed { drift, detail } = judged(&leads_away, cleared) else { panic!() };
            assert_eq!(drift, Drift::BarFailed);
            assert!(detail.contains("EV-17") && detail.contains("evil.example.com"), "{detail}");
        }
    }

    #[test]
    fn a_host_that_cleared_the_bars_is_left_to_the_other_checks() {
        let mut down = answering(None);
        down.series = Err(NotMeasured::because("no connection"));
        assert!(matches!(judged(&down, false), Finding::NotMeasured(_)), "nothing was cleared yet");
        assert!(matches!(judged(&down, true), Finding::Same { .. }));
    }

    fn down() -> Facts {
        let sample = Sample { status: Err("connection refused".to_owned()), connected: None, first_byte: None };
        let series = Series { requests: vec![sample], ..Series::default() };
        Facts { series: Ok(series), ..facts("no connection") }
    }

    #[test]
    fn a_host_that_is_down_when_it_is_approved_is_not_cleared_yet_and_not_held() {
        let Finding::NotMeasured(reason) = judged(&down(), false) else { panic!() };
        assert!(reason.contains("EV-19"), "{reason}");
    }

    /// Finds what the test says, by path.
    #[derive(Debug)]
    struct Found(fn(&str) -> Facts);

    #[async_trait]
    impl HostProbe for Found {
        async fn look_for(&self, _: &Challenge) -> Looked {
            panic!()
        }

        async fn measure(&self, endpoint: &Endpoint, _: &[HostPort]) -> Option<Facts> {
            Some((self.0)(&endpoint.uses[0].path))
        }

        async fn measure_before_series(&self, endpoint: &Endpoint, _: &[HostPort]) -> Option<Facts> {
            Some((self.0)(&endpoint.uses[0].path))
        }

        fn standing(&self, _: &HostName) -> Option<Standing> {
            None
        }
    }

    fn in_use(roots: &[&str]) -> InUse {
        let approved: Vec<_> = roots.iter().map(|root| ServiceRoot::parse(root).unwrap()).collect();
        let at = HostPort { host: approved[0].host.clone(), port: approved[0].port };
        InUse { approved, ..InUse::from(at) }
    }

    #[tokio::test]
    async fn each_approved_root_is_measured_and_the_worst_counts() {
        let lookup = |path: &str| {
            if path.contains("away") { answering(Some("https://evil.example.com/")) } else { answering(None) }
        };
        let check = BarsRecheck::new(Arc::new(Found(lookup)), Vec::new());
        let (one, away) = ("https://one.tenants.example.com/api", "https://one.tenants.example.com/away");
        let connector = Grounds::of(PublisherKind::Verified).await.connector;
        let cleared = format!("cleared {one}");
        let found = check.look(&connector, &in_use(&[one, away]), Some(&cleared)).await;
        assert!(matches!(found, Finding::Changed { drift: Drift::BarFailed, .. }), "{found:?}");
        assert!(check.covers(&in_use(&[one]), Some(&cleared)), "it passed with that root");
        assert!(!check.covers(&in_use(&[one, away]), Some(&cleared)), "a look at one root says nothing about another");
    }

    #[tokio::test]
    async fn the_entry_of_an_internal_service_excuses_its_own_addresses_only() {
        let addresses = |list: &[&str]| Ok(list.iter().map(|one| (one.parse().unwrap(), None)).collect());
        let environment = EnvironmentId::generate(Timestamp::from_secs(1_800_000_000), &SeededRandom::new(1));
        let root = "https://one.tenants.example.com/api";
        let endpoint = in_use(&[root]);
        let at = &endpoint.at;
        let entry = PrivateService::new(environment, at.host.clone(), at.port, "10.1.2.0/24".parse().unwrap()).unwrap();
        let check = BarsRecheck::new(Arc::new(Found(|_| facts("nothing"))), vec![entry]);
        for (list, expected) in [
            (&["10.1.2.3"][..], true),
            (&["10.1.2.3", "10.1.2.4"], true),
            (&["10.1.2.3", "93.184.215.14"], false),
            (&["93.184.215.14"], false),
            (&[], false),
        ] {
            let facts = Facts { addresses: addresses(list), ..facts("nothing") };
            assert_eq!(check.is_internal(at, &facts), expected, "{list:?}");
        }
    }
}
