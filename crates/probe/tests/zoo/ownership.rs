//! Proofs of control, found in a zone by real name servers and at a host over real TLS.

use crate::harness::{Setup, Zoo};
use crate::http::Page;
use crate::pki::{HOST, Pki, now};
use backshell_model::{HostName, Timestamp};
use backshell_probe::measure::Looked;
use backshell_probe::ownership::{Challenge, Instructions, Method};
use backshell_testkit::hickory_proto::rr::{RData, RecordType, rdata::TXT};
use backshell_testkit::{DnsAnswer, DnsServer, SeededRandom};
use backshell_upstream::{DnsResolver, Records};
use std::sync::Arc;

fn challenge(publisher: &str, seed: u64) -> (Challenge, Instructions) {
    let host = HostName::parse(HOST).unwrap();
    Challenge::open(publisher, &host, "orders", Timestamp::from_secs(now()), &SeededRandom::new(seed))
}

/// A name server that knows one TXT record, of two pieces.
async fn zone(text: Option<String>) -> (Arc<dyn Records>, DnsServer) {
    let server = DnsServer::start(move |question| {
        let answer = DnsAnswer::new();
        let known = text.as_ref().filter(|_| question.name == format!("_backshell-challenge.{HOST}"));
        Some(match known.filter(|_| question.kind == RecordType::TXT) {
            None => answer,
            Some(text) => {
                let (front, back) = text.split_at(text.len() / 2);
                let data = RData::TXT(TXT::new(vec![front.to_owned(), back.to_owned()]));
                answer.record(&question.name, 60, data)
            }
        })
    })
    .await
    .unwrap();
    (Arc::new(DnsResolver::with_servers(&[server.address()]).unwrap()), server)
}

/// Looks with two zones, at a host that answers every request with this page.
async fn looked(challenge: &Challenge, zones: [Option<&str>; 2], page: Page) -> Looked {
    let pki = Pki::new();
    let server = Setup::page(pki.identity(|_| ()), page).start().await;
    let (one, _first) = zone(zones[0].map(str::to_owned)).await;
    let (two, _second) = zone(zones[1].map(str::to_owned)).await;
    let mut prober = Zoo::of(&pki).prober(server);
    for (resolver, records) in prober.resolvers.iter_mut().zip([one, two]) {
        resolver.records = Some(records);
    }
    prober.look_for(challenge).await
}

fn file(body: &str) -> Page {
    Page { body: Box::leak(body.as_bytes().to_vec().into_boxed_slice()), ..Page::good().status(200) }
}

#[tokio::test]
async fn a_record_that_two_resolvers_see() {
    let (challenge, Instructions { answer, .. }) = challenge("contoso", 1);
    let nothing = || file("nothing");
    let seen = looked(&challenge, [Some(&answer), Some(&answer)], nothing()).await;
    assert_eq!(seen.seen, Some(Method::Dns), "{seen:?}");
    for (zones, says) in [
        ([Some(answer.as_str()), None], "has no TXT record"),
        ([None, None], "has no TXT record"),
        ([Some("v=spf1 -all"), Some(&answer)], "holds something else"),
    ] {
        let seen = looked(&challenge, zones, nothing()).await;
        assert_eq!(seen.seen, None, "{zones:?}");
        assert!(seen.dns.contains(says), "{}", seen.dns);
    }
}

#[tokio::test]
async fn a_file_at_the_host() {
    let (challenge, Instructions { answer, .. }) = challenge("contoso", 1);
    let seen = looked(&challenge, [None, None], file(&format!("{answer}\n"))).await;
    assert_eq!(seen.seen, Some(Method::File), "{seen:?}");
    for (page, says) in [
        (file(&answer).status(404), "answers 404"),
        (file(&answer).status(302).with("location", "https://evil.example/"), "answers 302"),
        (file(&format!("{answer}{}", " ".repeat(1_024))), "larger than 1 KiB"),
        (file("something"), "holds something else"),
    ] {
        let seen = looked(&challenge, [None, None], page).await;
        assert_eq!(seen.seen, None, "{says}");
        assert!(seen.file.contains(says), "{}", seen.file);
    }
}

#[tokio::test]
async fn somebody_elses_answer_proves_nothing() {
    let (own, _) = challenge("contoso", 1);
    let (_, Instructions { answer, .. }) = challenge("fabrikam", 1);
    let seen = looked(&own, [Some(&answer), Some(&answer)], file(&answer)).await;
    assert_eq!(seen.seen, None, "{seen:?}");
}

#[tokio::test]
async fn a_host_whose_certificate_is_not_good_proves_nothing() {
    let (challenge, Instructions { answer, .. }) = challenge("contoso", 1);
    let (pki, other) = (Pki::new(), Pki::new());
    let server = Setup::page(other.identity(|_| ()), file(&answer)).start().await;
    let seen = Zoo::of(&pki).prober(server).look_for(&challenge).await;
    assert_eq!(seen.seen, None);
    assert!(seen.file.contains("certificate of the host is not good"), "{}", seen.file);
}

/// An alias whose target has nothing is there for whoever registers the target.
#[tokio::test]
async fn a_dangling_alias_is_seen() {
    let server = DnsServer::start(|question| {
        let gone = DnsAnswer::new();
        Some(match question.kind {
            RecordType::CNAME => gone.alias(&question.name, 60, "gone.cloud.example"),
            _ => DnsAnswer::no_such_name(),
        })
    })
    .await
    .unwrap();
    let resolver = || Arc::new(DnsResolver::with_servers(&[server.address()]).unwrap());
    let named = |name: &str| backshell_probe::measure::NamedResolver {
        name: name.to_owned(),
        resolver: resolver(),
        records: Some(resolver()),
    };
    let pki = Pki::new();
    let zoo = Zoo { resolvers: Some(vec![named("one"), named("two")]), ..Zoo::of(&pki) };
    let verification = zoo.visit("127.0.0.1:9".parse().unwrap()).await;
    let says = crate::harness::says(&verification, "EV-03");
    assert!(says.starts_with("dangling alias: the alias leads to `gone.cloud.example`"), "{says}");
}
