//! Handshakes looked at again, after a first look at the same host.

use crate::harness::{Setup, Zoo};
use crate::http::Page;
use crate::pki::{DAY, HOST, HOUR, Identity, Pki, timestamps};
use backshell_model::{Drift, HostName, HostPort};
use backshell_probe::again::{Again, answers, handshake};
use backshell_probe::hosts::endpoint_of_url;
use rcgen::date_time_ymd;

/// A look at a host with this identity, and how many requests it was sent.
async fn look(zoo: Zoo, identity: Identity, baseline: Option<&str>) -> Again {
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&asked);
    let handler: crate::http::Handler = std::sync::Arc::new(move |_| {
        count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Page::good()
    });
    let listener = Setup { handler, ..Setup::good(identity) }.start().await;
    let facts = zoo.prober(listener).measure_handshake(&endpoint_of_url(&format!("https://{HOST}/"))).await;
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 0, "nothing is requested of the host");
    handshake(&facts, baseline)
}

/// The first look at a good host.
async fn first(pki: &Pki) -> String {
    match look(Zoo::of(pki), pki.identity(|_| ()), None).await {
        Again::Same { baseline, detail } => {
            assert!(detail.contains("issued by `CN=Zoo Intermediate`, 60 days left"), "{detail}");
            baseline
        }
        other => panic!("{other:?}"),
    }
}

fn drift(again: Again) -> Option<Drift> {
    match again {
        Again::Changed { drift, .. } => Some(drift),
        Again::Same { .. } => None,
        Again::NotMeasured(reason) => panic!("{reason}"),
    }
}

#[tokio::test]
async fn a_new_leaf_of_the_same_authority_is_no_change() {
    let pki = Pki::new();
    let baseline = first(&pki).await;
    let renewed = look(Zoo::of(&pki), pki.identity(|_| ()), Some(&baseline)).await;
    assert!(matches!(&renewed, Again::Same { baseline: again, .. } if *again == baseline), "{renewed:?}");
}

#[tokio::test]
async fn what_clients_refuse_is_invalid_and_what_ends_soon_is_not() {
    let pki = Pki::new();
    let baseline = first(&pki).await;
    let today = || date_time_ymd(2026, 6, 15);
    let ends = |at| pki.identity(|leaf| leaf.not_after = at);
    for (identity, expected) in [
        (ends(today() + 10 * DAY), Drift::CertificateEnds),
        (ends(today() + 71 * HOUR), Drift::CertificateEnds),
        (ends(today() - HOUR), Drift::CertificateInvalid),
        (pki.identity(|leaf| leaf.not_before = today() + DAY), Drift::CertificateInvalid),
        (pki.identity(|leaf| leaf.subject_alt_names.clear()), Drift::CertificateInvalid),
        (Pki::new().identity(|_| ()), Drift::CertificateInvalid),
    ] {
        assert_eq!(drift(look(Zoo::of(&pki), identity, Some(&baseline)).await), Some(expected));
    }
    let revoked = look(Zoo::revoked(&pki), pki.identity(|_| ()), Some(&baseline)).await;
    assert_eq!(drift(revoked), Some(Drift::CertificateInvalid));
    // Also at the first look: a host that clients refuse is not what others are compared with.
    assert_eq!(drift(look(Zoo::of(&pki), ends(today() - HOUR), None).await), Some(Drift::CertificateInvalid));
}

#[tokio::test]
async fn another_authority_and_new_weaknesses_are_told() {
    let pki = Pki::new();
    let again = look(Zoo::of(&pki), pki.identity(|_| ()), Some("Another Authority|")).await;
    let Again::Changed { drift: Drift::CertificateIssuer, detail } = again else { panic!("{again:?}") };
    assert!(detail.contains("`Another Authority`") && detail.contains("`CN=Zoo Intermediate`"), "{detail}");
    let weak = || pki.identity(|leaf| leaf.custom_extensions = vec![timestamps(1)]);
    let baseline = first(&pki).await;
    assert_eq!(drift(look(Zoo::of(&pki), weak(), Some(&baseline)).await), Some(Drift::CertificateWeak));
    // What a host was accepted with is no news.
    let Again::Same { baseline, .. } = look(Zoo::of(&pki), weak(), None).await else { panic!("the first look") };
    assert_eq!(drift(look(Zoo::of(&pki), weak(), Some(&baseline)).await), None);
}

#[tokio::test]
async fn a_host_that_nobody_reaches_is_not_measured() {
    let pki = Pki::new();
    let prober = Zoo::of(&pki).prober("127.0.0.1:9".parse().unwrap());
    let facts = prober.measure_handshake(&endpoint_of_url(&format!("https://{HOST}/"))).await;
    assert!(matches!(handshake(&facts, Some("CN=Zoo Intermediate|")), Again::NotMeasured(_)));
}

#[tokio::test]
async fn answers_are_counted_and_a_host_that_is_down_is_told() {
    let pki = Pki::new();
    let look = async |status: u16| {
        let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = std::sync::Arc::clone(&asked);
        let handler: crate::http::Handler = std::sync::Arc::new(move |_| {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Page { status, ..Page::good() }
        });
        let listener = Setup { handler, ..Setup::good(pki.identity(|_| ())) }.start().await;
        let prober = Zoo::of(&pki).prober(listener);
        let facts = prober.measure_answers(&endpoint_of_url(&format!("https://{HOST}/")), &[]).await;
        assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 3, "three requests, and no more");
        answers(&facts, None)
    };
    assert!(matches!(look(404).await, Again::Same { .. }), "an answer is an answer");
    assert_eq!(drift(look(503).await), Some(Drift::EndpointUnavailable));
}

/// The first of the requests says where the answer leads; no further one is needed for that.
#[tokio::test]
async fn a_page_that_begins_to_lead_elsewhere_is_told() {
    let pki = Pki::new();
    let look = async |location: &str, baseline: Option<&str>| {
        let page = Page::good().status(302).with("location", location);
        let listener = Setup::page(pki.identity(|_| ()), page).start().await;
        let prober = Zoo::of(&pki).prober(listener);
        let siblings = [HostPort { host: HostName::parse("login.zoo.example").unwrap(), port: 443 }];
        let facts = prober.measure_answers(&endpoint_of_url(&format!("https://{HOST}/")), &siblings).await;
        answers(&facts, baseline)
    };
    let Again::Same { baseline, .. } = look("/start", None).await else { panic!("the first look") };
    for location in ["/other", "https://login.zoo.example/start"] {
        assert_eq!(drift(look(location, Some(&baseline)).await), None, "{location}");
    }
    for location in ["https://evil.example/", "http://api.zoo.example/"] {
        assert_eq!(drift(look(location, Some(&baseline)).await), Some(Drift::BarFailed), "{location}");
    }
}
