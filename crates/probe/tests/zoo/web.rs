//! Bars about answers: strict transport, redirects, protocols, availability, latency, error pages; and about names.

use crate::harness::{Setup, Zoo, open, says};
use crate::http::Page;
use crate::pki::Pki;
use async_trait::async_trait;
use backshell_boundary::{
    AddressEvidence, Evidence, EvidenceId, HostEvidence, Place, Ranged, ResolveError, Resolved, Resolver, Statement,
};
use backshell_model::{HostName, Timestamp};
use backshell_probe::facts::Ownership;
use backshell_probe::measure::{NamedResolver, Plan, Promise};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

async fn visited(page: Page) -> backshell_probe::Verification {
    let pki = Pki::new();
    Zoo::of(&pki).visit(Setup::page(pki.identity(|_| ()), page).start().await).await
}

#[tokio::test]
async fn strict_transport() {
    let hsts = |value: &str| Page::good().with("strict-transport-security", value);
    assert_eq!(open(&visited(hsts("max-age=0")).await), ["EV-16~"]);
    assert_eq!(open(&visited(hsts("includeSubDomains")).await), ["EV-16~"]);
    assert_eq!(open(&visited(hsts("max-age=15768000")).await), [""; 0]);
    let verification = visited(Page { headers: Vec::new(), ..Page::good() }).await;
    assert_eq!(open(&verification), [""; 0]);
    assert!(verification.findings.iter().any(|finding| finding.rule == "EV-16"), "a missing header is remarked");
}

#[tokio::test]
async fn redirects() {
    let to = |location: &str| Page::good().status(302).with("location", location);
    assert_eq!(open(&visited(to("/v2")).await), [""; 0]);
    assert_eq!(open(&visited(to("https://api.zoo.example/v2")).await), [""; 0]);
    assert_eq!(open(&visited(to("https://evil.example/")).await), ["EV-17!"]);
    assert_eq!(open(&visited(to("http://api.zoo.example/v1")).await), ["EV-17!"]);
}

#[tokio::test]
async fn protocols() {
    let pki = Pki::new();
    let with = |protocols: Vec<&'static [u8]>| Setup { protocols, ..Setup::good(pki.identity(|_| ())) };
    for (protocols, expected) in
        [(vec![&b"h2"[..]], "h2"), (vec![&b"http/1.1"[..]], "http/1.1"), (Vec::new(), "HTTP/1.1")]
    {
        let verification = Zoo::of(&pki).visit(with(protocols).start().await).await;
        assert_eq!(open(&verification), [""; 0]);
        assert!(says(&verification, "EV-18").starts_with(expected), "{}", says(&verification, "EV-18"));
    }
    // A host that does not negotiate may offer to change the protocol all the same.
    for protocols in [Vec::new(), vec![&b"http/1.1"[..]]] {
        let handler = crate::http::always(Page::good().with("upgrade", "h2c"));
        let server = Setup { handler, ..with(protocols) }.start().await;
        assert_eq!(open(&Zoo::of(&pki).visit(server).await), ["EV-18~"]);
    }
    let verification = Zoo::of(&pki).visit(with(vec![b"acme"]).start().await).await;
    assert_eq!(open(&verification), ["EV-16", "EV-17", "EV-18!", "EV-19", "EV-20", "EV-22"]);
}

#[tokio::test]
async fn error_pages() {
    let page = Page { body: b"Traceback (most recent call last):\n  File \"/srv/app.py\"", ..Page::good() };
    assert_eq!(open(&visited(page.clone().status(404)).await), ["EV-22~"]);
    assert_eq!(open(&visited(page.status(200)).await), [""; 0]);
    assert_eq!(open(&visited(Page::good().with("x-backend", "10.20.30.40")).await), ["EV-22~"]);
}

#[tokio::test]
async fn availability() {
    assert_eq!(open(&visited(Page::good().status(503)).await), ["EV-19!"]);
    let pki = Pki::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    // The first request is not one of the series; of the series two in twenty fail.
    let handler = Arc::new(move |_: &_| match counter.fetch_add(1, Ordering::SeqCst) {
        5 | 9 => Page::good().status(500),
        _ => Page::good(),
    });
    let server = Setup { handler, ..Setup::good(pki.identity(|_| ())) }.start().await;
    let zoo = Zoo { plan: Plan::CERTIFICATION, ..Zoo::of(&pki) };
    assert_eq!(open(&zoo.visit(server).await), ["EV-19~"]);
    assert_eq!(asked.load(Ordering::SeqCst), 21);
}

#[tokio::test]
async fn a_host_that_says_stop_is_left_alone() {
    let pki = Pki::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let handler = Arc::new(move |_: &_| {
        counter.fetch_add(1, Ordering::SeqCst);
        Page::good().status(429)
    });
    let server = Setup { handler, ..Setup::good(pki.identity(|_| ())) }.start().await;
    let verification = Zoo::of(&pki).visit(server).await;
    assert_eq!(open(&verification), ["EV-19", "EV-20"]);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

/// The series comes later, and is all that is asked then.
#[tokio::test]
async fn a_series_can_follow_the_rest() {
    let pki = Pki::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let handler = Arc::new(move |_: &_| {
        counter.fetch_add(1, Ordering::SeqCst);
        Page::good()
    });
    let server = Setup { handler, ..Setup::good(pki.identity(|_| ())) }.start().await;
    let prober = Zoo::of(&pki).prober(server);
    let endpoint = backshell_probe::hosts::endpoint_of_url("https://api.zoo.example/v1");
    let facts = prober.measure_before_series(&endpoint, &[]).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let verification = backshell_probe::verify(std::slice::from_ref(&facts));
    assert_eq!(open(&verification), ["EV-19", "EV-20"]);
    assert_eq!((verification.pending.len(), verification.missing), (2, vec![("api.zoo.example".to_owned(), "EV-21")]));
    let plan = Plan { requests: 5, over: Duration::from_secs(8) };
    let series = prober.measure_series(&endpoint, &plan).await.unwrap();
    assert_eq!((series.requests.len(), series.over, asked.load(Ordering::SeqCst)), (5, Duration::from_secs(8), 6));
    let facts = backshell_probe::facts::Facts { series: Ok(series), ..facts };
    assert_eq!(open(&backshell_probe::verify(&[facts])), [""; 0]);
}

#[tokio::test]
async fn owners() {
    let pki = Pki::new();
    let server = Setup::good(pki.identity(|_| ())).start().await;
    let at = |days: i64| Timestamp::from_secs(crate::pki::now() - days * 86_400);
    let proven = |days| Ownership::Proven { method: "dns".to_owned(), at: at(days) };
    for (ownership, expected) in [(proven(1), &[][..]), (proven(31), &["EV-21!"]), (Ownership::Neither, &["EV-21!"])] {
        let zoo = Zoo { ownership: Some(ownership.clone()), ..Zoo::of(&pki) };
        assert_eq!(open(&zoo.visit(server).await), expected, "{ownership:?}");
    }
}

#[tokio::test]
async fn latency() {
    let pki = Pki::new();
    let zoo = Zoo::of(&pki);
    let pace = Arc::clone(&zoo.pace);
    let handler = Arc::new(move |_: &_| {
        pace.pass(Duration::from_secs(3));
        Page::good()
    });
    let server = Setup { handler, ..Setup::good(pki.identity(|_| ())) }.start().await;
    let verification = zoo.visit(server).await;
    assert_eq!(open(&verification), ["EV-20~"]);
    assert!(says(&verification, "EV-20").starts_with("connected 0 ms, first byte 3000 ms"));
}

#[tokio::test]
async fn a_probe_carries_no_credential() {
    let pki = Pki::new();
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    let handler = Arc::new(move |request: &hyper::Request<hyper::body::Incoming>| {
        let mut names: Vec<_> = request.headers().keys().map(ToString::to_string).collect();
        names.sort();
        keep.lock().unwrap().push(format!("{} {} {names:?}", request.method(), request.uri().path()));
        Page::good()
    });
    let setup = Setup { handler, protocols: vec![b"http/1.1"], ..Setup::good(pki.identity(|_| ())) };
    Zoo::of(&pki).visit(setup.start().await).await;
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 4);
    assert!(seen.iter().all(|line| line == r#"GET /v1 ["accept", "connection", "host", "user-agent"]"#), "{seen:?}");
}

/// A resolver that always answers the same.
#[derive(Debug)]
struct Fixed(Result<Vec<IpAddr>, ResolveError>);

#[async_trait]
impl Resolver for Fixed {
    async fn resolve(&self, _: &HostName, _: u16) -> Result<Arc<Resolved>, ResolveError> {
        self.0.clone().map(|addresses| Arc::new(addresses.into()))
    }
}

pub(crate) fn resolvers(answers: [Result<&[&str], ResolveError>; 2]) -> Vec<NamedResolver> {
    let named = |answer: Result<&[&str], ResolveError>| {
        let answer = answer.map(|all| all.iter().map(|one| one.parse().unwrap()).collect());
        NamedResolver { name: "fixed".to_owned(), resolver: Arc::new(Fixed(answer)), records: None }
    };
    answers.into_iter().map(named).collect()
}

#[tokio::test]
async fn names_and_addresses() {
    let pki = Pki::new();
    let server = Setup::good(pki.identity(|_| ())).start().await;
    for (answers, expected) in [
        ([Ok(&["1.1.1.1"][..]), Ok(&["8.8.8.8"][..])], &[][..]),
        ([Ok(&["1.1.1.1"]), Err(ResolveError::NoAnswer)], &["EV-03!"]),
        ([Ok(&["1.1.1.1"]), Err(ResolveError::Failed("down".to_owned()))], &["EV-03"]),
    ] {
        let zoo = Zoo { resolvers: Some(resolvers(answers)), ..Zoo::of(&pki) };
        assert_eq!(open(&zoo.visit(server).await), expected);
    }
}

#[tokio::test]
async fn nothing_is_connected_to_that_is_not_public() {
    let pki = Pki::new();
    for (answers, expected) in [
        ([Ok(&["1.1.1.1"][..]), Ok(&["127.0.0.1"][..])], "EV-04!"),
        ([Ok(&["169.254.169.254"]), Ok(&["169.254.169.254"])], "EV-04!"),
        ([Ok(&["1.1.1.1", "::ffff:1.1.1.1"]), Ok(&["1.1.1.1"])], "EV-04!"),
        ([Ok(&["1.1.1.1"]), Err(ResolveError::Chain)], "EV-03!"),
    ] {
        let canary = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let zoo = Zoo { resolvers: Some(resolvers(answers)), ..Zoo::of(&pki) };
        let verification = zoo.visit(canary.local_addr().unwrap()).await;
        let failed: Vec<_> = open(&verification).into_iter().filter(|bar| bar.ends_with('!')).collect();
        assert_eq!(failed, [expected]);
        // Whoever connects is in the queue already.
        let waiting = tokio::time::timeout(Duration::from_millis(50), canary.accept()).await;
        assert!(waiting.is_err(), "somebody connected");
    }
}

/// Published ranges that place every address in one region, or nowhere.
#[derive(Debug)]
struct Ranges(Option<&'static str>);

impl Evidence for Ranges {
    fn about(&self, _: &HostName, _: &[Arc<str>], addresses: &[IpAddr], _: Timestamp) -> HostEvidence {
        let range = self.0.and_then(Place::parse).map(|place| Statement {
            evidence: EvidenceId::new("test:ranges"),
            says: Ranged::At(place),
            stale: false,
        });
        let one = AddressEvidence { range, ..AddressEvidence::default() };
        HostEvidence { addresses: vec![one; addresses.len()], ..HostEvidence::default() }
    }
}

#[tokio::test]
async fn places() {
    let pki = Pki::new();
    let server = Setup::good(pki.identity(|_| ())).start().await;
    for (found, stands, expected) in [
        (Some("westeurope"), &[][..], "westeurope (grade R): the evidence places the host within"),
        (Some("eastus"), &["EV-05!"], "eastus (grade R): the host is in `eastus`"),
        (None, &["EV-05~"], "unknown (grade N): nothing that is known says where the host is"),
    ] {
        let places = vec![Place::parse("westeurope").unwrap(), Place::parse("northeurope").unwrap()];
        let promise = Some(Promise { places, evidence: Arc::new(Ranges(found)) });
        let verification = Zoo { promise, ..Zoo::of(&pki) }.visit(server).await;
        assert_eq!(open(&verification), stands);
        let said = says(&verification, "EV-05");
        assert!(said.starts_with(expected), "{said}");
    }
}
