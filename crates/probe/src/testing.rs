//! A host that clears every bar, and what one change of it does.

use crate::facts::{
    Alpn, Answer, Certificate, Chain, Facts, Handshake, Key, Located, Names, NotMeasured, Ownership, ProtocolVersion,
    ResolverAnswer, Revocation, Sample, Series, SignatureHash, Standing, Staple, Tls, TrustedPath,
};
use crate::hosts::endpoint_of_url;
use crate::{Bar, Judged, State, bars};
use backshell_model::{HostName, HostPort, Timestamp};
use std::time::Duration;

const DAY: i64 = 24 * 3_600;

/// Facts of `https://api.example.com/v1`, which clears every bar.
pub(crate) fn healthy() -> Facts {
    let at = Timestamp::from_secs(1_800_000_000);
    let answer = |resolver: &str| ResolverAnswer {
        resolver: resolver.to_owned(),
        addresses: Ok(vec!["1.1.1.1".parse().unwrap()]),
        took: Duration::from_millis(20),
    };
    let sample = Sample {
        status: Ok(401),
        connected: Some(Duration::from_millis(60)),
        first_byte: Some(Duration::from_millis(80)),
    };
    let host = |name: &str| HostPort { host: HostName::parse(name).unwrap(), port: 443 };
    Facts {
        at,
        endpoint: endpoint_of_url("https://api.example.com/v1"),
        siblings: vec![host("login.example.com")],
        patterns: Vec::new(),
        names: Ok(Names {
            answers: vec![answer("one"), answer("two")],
            aliases: Vec::new(),
            dangling: false,
            broken: false,
        }),
        addresses: Ok(vec![("1.1.1.1".parse().unwrap(), None)]),
        place: Ok(Located {
            regions: vec!["westeurope".to_owned()],
            grade: "B".to_owned(),
            promised: vec!["westeurope".to_owned()],
        }),
        tls: Ok(Tls {
            handshake: Handshake::Chose {
                version: ProtocolVersion::TLS_1_3,
                suite: 0x1301,
                group: Some(0x1d),
                finished: true,
            },
            old: vec![(ProtocolVersion::TLS_1_0, Ok(false)), (ProtocolVersion::TLS_1_1, Ok(false))],
            alpn: Ok(Alpn::Chose("h2".to_owned())),
        }),
        chain: Ok(chain(at)),
        answer: Ok(Answer {
            version: "HTTP/2".to_owned(),
            status: 401,
            hsts: vec!["max-age=31536000".to_owned()],
            ..Answer::default()
        }),
        series: Ok(Series { requests: vec![sample; 20], over: Duration::from_mins(10), stopped: false }),
        ownership: Ok(Ownership::Proven { method: "dns".to_owned(), at }),
        standing: Standing { blocked: Ok(None), registered: Ok(Some(at.plus_secs(-400 * DAY))) },
    }
}

fn chain(at: Timestamp) -> Chain {
    let leaf = Certificate {
        subject: "CN=api.example.com".to_owned(),
        key: Key::Curve("P-256".to_owned()),
        signature: SignatureHash::Good("SHA-256".to_owned()),
        not_before: at.plus_secs(-30 * DAY),
        not_after: at.plus_secs(60 * DAY),
        is_authority: false,
        for_servers: Some(true),
        must_staple: false,
        logs: (0..3).map(|log| [log; 32]).collect(),
        unknown_critical: Vec::new(),
    };
    let intermediate = Certificate {
        subject: "CN=Intermediate".to_owned(),
        not_before: at.plus_secs(-300 * DAY),
        not_after: at.plus_secs(1_000 * DAY),
        is_authority: true,
        ..leaf.clone()
    };
    Chain {
        names: vec!["api.example.com".to_owned()],
        names_host: true,
        leaf,
        sent: 2,
        path: Ok(TrustedPath {
            root: "CN=Root".to_owned(),
            private: false,
            intermediates: vec![intermediate],
            from_store: false,
        }),
        staple: Ok(Some(Staple::Good)),
        listed: Ok(Revocation::Good),
        possession: Ok(true),
        staple_logs: std::collections::BTreeSet::new(),
        handshake_logs: Err(NotMeasured::because("the certificate has enough")),
    }
}

/// What `bar` says about the healthy host after `change`. No other bar may say otherwise than before: a bar fails for
/// its own reason only.
pub(crate) fn alone(bar: &Bar, change: impl FnOnce(&mut Facts)) -> Judged {
    let mut facts = healthy();
    change(&mut facts);
    let before = healthy();
    for other in bars().iter().filter(|other| other.id != bar.id) {
        let (now, then) = ((other.judge)(&facts).state, (other.judge)(&before).state);
        assert_eq!(now, then, "{} changed with {}", other.id, bar.id);
    }
    (bar.judge)(&facts)
}

#[test]
fn the_healthy_host_clears_every_bar() {
    let facts = healthy();
    for bar in bars() {
        let judged = (bar.judge)(&facts);
        assert_eq!((judged.state, judged.noted), (State::Pass, false), "{}: {}", bar.id, judged.message);
    }
}

#[test]
fn the_page_lists_every_bar() {
    let page = include_str!("../../../docs/endpoints.md");
    for Bar { id, title, threshold, again, .. } in bars() {
        let row = format!("| {id} | {title} | {threshold} | {again} |");
        assert!(page.contains(&row), "docs/endpoints.md has no line `{row}`");
    }
}

#[test]
fn bars_are_declared_in_full() {
    for (index, bar) in bars().iter().enumerate() {
        assert_eq!(bar.id, format!("EV-{:02}", index + 1));
        for text in [bar.what, bar.why] {
            assert!(text.ends_with('.') && text.len() > 40, "{}: {text}", bar.id);
        }
        for text in [bar.title, bar.fix, bar.threshold, bar.again, bar.source] {
            assert!(!text.is_empty() && !text.ends_with('.') && !text.contains('\n'), "{}: {text}", bar.id);
        }
    }
}
