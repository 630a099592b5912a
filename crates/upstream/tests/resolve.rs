//! The resolver against a real name server on a loopback address.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the verdict")]

use backshell_boundary::{MAX_ADDRESSES, MAX_ALIASES, ResolveError, Resolved, Resolver};
use backshell_model::HostName;
use backshell_testkit::hickory_proto::rr::RecordType;
use backshell_testkit::{DnsAnswer, DnsQuestion, DnsServer};
use backshell_upstream::DnsResolver;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const HOST: &str = "api.example.com";

fn host(name: &str) -> HostName {
    HostName::parse(name).unwrap()
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// A resolver that asks a server with these answers.
async fn served(
    answers: impl Fn(&DnsQuestion) -> Option<DnsAnswer> + Send + Sync + 'static,
) -> (DnsResolver, DnsServer) {
    let server = DnsServer::start(answers).await.unwrap();
    (DnsResolver::with_servers(&[server.address()]).unwrap(), server)
}

async fn resolved(
    answers: impl Fn(&DnsQuestion) -> Option<DnsAnswer> + Send + Sync + 'static,
) -> Result<Arc<Resolved>, ResolveError> {
    let (resolver, _server) = served(answers).await;
    resolver.resolve(&host(HOST), 443).await
}

fn names(resolved: &Resolved) -> Vec<&str> {
    resolved.aliases().iter().map(|name| &**name).collect()
}

#[tokio::test]
async fn both_families_are_asked_for_the_name_as_it_is() {
    let (resolver, server) = served(|question| {
        Some(match question.kind {
            RecordType::A => DnsAnswer::new().address(HOST, 300, address("93.184.215.14")),
            _ => DnsAnswer::new().address(HOST, 300, address("2606:2800:21f::1")),
        })
    })
    .await;
    let found = resolver.resolve(&host(HOST), 443).await.unwrap();
    assert_eq!(found.addresses(), [address("93.184.215.14"), address("2606:2800:21f::1")]);
    assert_eq!(found.final_name(&host(HOST)), HOST);
    let mut kinds: Vec<_> = server.asked().into_iter().map(|question| (question.name, question.kind)).collect();
    kinds.sort_by_key(|(_, kind)| u16::from(*kind));
    kinds.dedup();
    assert_eq!(kinds, [(HOST.to_owned(), RecordType::A), (HOST.to_owned(), RecordType::AAAA)]);
}

#[tokio::test]
async fn aliases_are_followed_and_reported() {
    // The whole chain in one answer, as resolvers give it.
    let found = resolved(|question| {
        let chain = DnsAnswer::new().alias(HOST, 300, "App.Hosting.example").alias(
            "app.hosting.example",
            300,
            "_e.edge.example",
        );
        Some(if question.kind == RecordType::A {
            chain.address("_E.edge.example", 300, address("93.184.215.14"))
        } else {
            chain
        })
    })
    .await
    .unwrap();
    assert_eq!(names(&found), ["app.hosting.example", "_e.edge.example"]);
    assert_eq!(found.addresses(), [address("93.184.215.14")]);
    // One step at a time.
    let found = resolved(|question| {
        Some(match (&*question.name, question.kind) {
            (HOST, _) => DnsAnswer::new().alias(HOST, 300, "b.example").unfinished(),
            ("b.example", RecordType::AAAA) => DnsAnswer::new().address("b.example", 300, address("2606:2800::1")),
            _ => DnsAnswer::new(),
        })
    })
    .await
    .unwrap();
    assert_eq!((names(&found), found.addresses()), (vec!["b.example"], &[address("2606:2800::1")][..]));
}

#[tokio::test]
async fn chains_that_are_not_followed() {
    let looped = resolved(|_| Some(DnsAnswer::new().alias(HOST, 300, "b.example").alias("b.example", 300, HOST))).await;
    assert_eq!(looped, Err(ResolveError::Chain));
    let itself = resolved(|_| Some(DnsAnswer::new().alias(HOST, 300, HOST).unfinished())).await;
    assert_eq!(itself, Err(ResolveError::Chain));
    for target in ["localhost", "metadata.google.internal", "printer.local", "169.254.169.254"] {
        let answers = move |_: &DnsQuestion| Some(DnsAnswer::new().alias(HOST, 300, target).unfinished());
        let (resolver, server) = served(answers).await;
        assert_eq!(resolver.resolve(&host(HOST), 443).await, Err(ResolveError::Chain), "{target}");
        assert!(server.asked().iter().all(|question| question.name == HOST), "nobody is asked for `{target}`");
    }
    // Two targets for one name, and a name that is an alias and has an address as well.
    let two = resolved(|_| Some(DnsAnswer::new().alias(HOST, 9, "b.example").alias(HOST, 9, "c.example"))).await;
    assert_eq!(two, Err(ResolveError::Chain));
    let both =
        resolved(|_| Some(DnsAnswer::new().alias(HOST, 9, "b.example").address(HOST, 9, address("93.184.215.14"))));
    assert_eq!(both.await, Err(ResolveError::Chain));
    for (steps, expected) in [(MAX_ALIASES, Ok(MAX_ALIASES)), (MAX_ALIASES + 1, Err(ResolveError::Chain))] {
        let step = |number: usize| if number == 0 { HOST.to_owned() } else { format!("n{number}.example") };
        let answers = move |question: &DnsQuestion| {
            let chain = (0..steps).fold(DnsAnswer::new(), |chain, at| chain.alias(&step(at), 9, &step(at + 1)));
            let end = question.kind == RecordType::A;
            Some(if end { chain.address(&step(steps), 9, address("93.184.215.14")) } else { chain })
        };
        assert_eq!(resolved(answers).await.map(|found| found.aliases().len()), expected);
    }
}

#[tokio::test]
async fn records_of_other_names_do_not_count() {
    let found = resolved(|question| {
        let answer = DnsAnswer::new().address("evil.example", 300, address("93.184.215.15"));
        Some(if question.kind == RecordType::A { answer.address(HOST, 300, address("93.184.215.14")) } else { answer })
    });
    assert_eq!(found.await.unwrap().addresses(), [address("93.184.215.14")]);
    let found = resolved(|_| Some(DnsAnswer::new().address("evil.example", 300, address("93.184.215.15"))));
    assert_eq!(found.await, Err(ResolveError::NoAnswer));
}

#[tokio::test]
async fn no_answer_is_told_from_a_failure() {
    assert_eq!(resolved(|_| Some(DnsAnswer::no_such_name())).await, Err(ResolveError::NoAnswer));
    assert_eq!(resolved(|_| Some(DnsAnswer::new())).await, Err(ResolveError::NoAnswer));
    assert!(matches!(resolved(|_| Some(DnsAnswer::failure())).await, Err(ResolveError::Failed(_))));
    // One family that cannot be asked for does not hide the other.
    let found = resolved(|question| {
        let works = question.kind == RecordType::A;
        Some(if works { DnsAnswer::new().address(HOST, 9, address("93.184.215.14")) } else { DnsAnswer::failure() })
    });
    assert_eq!(found.await.unwrap().addresses(), [address("93.184.215.14")]);
}

#[tokio::test]
async fn a_long_answer_comes_over_tcp_and_is_cut_off() {
    let found = resolved(|question| {
        let mut answer = DnsAnswer::new();
        for last in 0..200 {
            answer = answer.address(HOST, 300, IpAddr::V4(Ipv4Addr::new(93, 184, 215, last)));
        }
        Some(if question.kind == RecordType::A { answer } else { DnsAnswer::new() })
    });
    // One more than permitted, so that the boundary refuses it.
    assert_eq!(found.await.unwrap().addresses().len(), MAX_ADDRESSES + 1);
}

/// The second answer of the address question differs, as with a name that is rebound between check and use.
fn rebinding(ttl: u32) -> impl Fn(&DnsQuestion) -> Option<DnsAnswer> + Send + Sync + 'static {
    let asked = AtomicUsize::new(0);
    move |question| {
        if question.kind != RecordType::A {
            return Some(DnsAnswer::new());
        }
        let again = asked.fetch_add(1, Ordering::SeqCst) > 0;
        let now = if again { "169.254.169.254" } else { "93.184.215.14" };
        Some(DnsAnswer::new().address(HOST, ttl, address(now)))
    }
}

/// Time moves by hand, so that what lives for a minute can be seen to end.
#[tokio::test]
async fn answers_are_used_for_as_long_as_they_live() {
    // Lifetime of the record, seconds until the next question, whether it is answered from memory.
    for (ttl, later, remembered) in
        [(30, 29, true), (30, 31, false), (86_400, 59, true), (86_400, 61, false), (0, 0, false)]
    {
        let (resolver, _server) = served(rebinding(ttl)).await;
        let first = resolver.resolve(&host(HOST), 443).await.unwrap();
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(later)).await;
        tokio::time::resume();
        let second = resolver.resolve(&host(HOST), 443).await.unwrap();
        assert_eq!(first == second, remembered, "{ttl} {later}");
    }
}

#[tokio::test]
async fn the_absence_of_a_name_is_remembered_as_its_zone_says_and_no_longer_than_seconds() {
    for (ttl, later, remembered) in [(60, 4, true), (60, 6, false), (3, 2, true), (3, 4, false), (0, 0, false)] {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let (resolver, _server) = served(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            Some(DnsAnswer::no_such_name().absent_for(ttl))
        })
        .await;
        assert_eq!(resolver.resolve(&host(HOST), 443).await, Err(ResolveError::NoAnswer));
        let before = asked.load(Ordering::SeqCst);
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(later)).await;
        tokio::time::resume();
        assert_eq!(resolver.resolve(&host(HOST), 443).await, Err(ResolveError::NoAnswer));
        assert_eq!(asked.load(Ordering::SeqCst) == before, remembered, "{ttl} {later}");
    }
}

#[tokio::test]
async fn the_shortest_life_on_the_way_counts() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let (resolver, _server) = served(move |question| {
        counted.fetch_add(1, Ordering::SeqCst);
        let chain = DnsAnswer::new().alias(HOST, 5, "b.example");
        Some(if question.kind == RecordType::A {
            chain.address("b.example", 300, address("93.184.215.14"))
        } else {
            chain
        })
    })
    .await;
    resolver.resolve(&host(HOST), 443).await.unwrap();
    let before = asked.load(Ordering::SeqCst);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(6)).await;
    tokio::time::resume();
    resolver.resolve(&host(HOST), 443).await.unwrap();
    assert!(asked.load(Ordering::SeqCst) > before);
}

/// The clock of the runtime jumps ahead whenever nothing else is to be done, so that a silent server costs no time.
#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up() {
    let (resolver, _server) = served(|_| None).await;
    let begin = tokio::time::Instant::now();
    assert!(matches!(resolver.resolve(&host(HOST), 443).await, Err(ResolveError::Failed(_))));
    assert!(begin.elapsed() <= Duration::from_secs(6));
}
