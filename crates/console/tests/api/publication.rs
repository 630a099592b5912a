//! The check of endpoints at publication: off, measured, or required.

use crate::harness::{DEFINITION, NOW, Node, PROPERTIES, README, SLUG, sample, zip};
use backshell_console::{ConsoleConfig, PublicationCheck};
use backshell_model::Timestamp;
use backshell_probe::facts::{
    Alpn, Answer, Certificate, Chain, Facts, Handshake, Key, Names, ProtocolVersion, ResolverAnswer, Revocation,
    Sample, Series, SignatureHash, Standing, Staple, Tls, TrustedPath,
};
use backshell_probe::hosts::endpoint_of_url;
use backshell_probe::measure::{Lists, unmeasured};
use backshell_testkit::MockClock;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const DAY: i64 = 86_400;
const THIRD_PARTY: &str = "publisher=verified&infrastructure=external";

async fn node(publication: PublicationCheck) -> Node {
    Node::with_config(ConsoleConfig { publication, ..ConsoleConfig::default() }).await
}

/// The sample with one host, `app.fieldworks.example.com`, that no policy moves.
fn one_host() -> Vec<u8> {
    let mut properties: Value = serde_json::from_slice(PROPERTIES).unwrap();
    let policies = properties["properties"]["policyTemplateInstances"].as_array_mut().unwrap();
    policies.retain(|policy| policy["templateId"] != "dynamichosturl");
    let parameters = properties["properties"]["connectionParameters"].as_object_mut().unwrap();
    parameters.remove("subdomain");
    let properties = properties.to_string();
    zip(&[
        ("apiDefinition.swagger.json", DEFINITION),
        ("apiProperties.json", properties.as_bytes()),
        ("readme.md", README),
    ])
}

/// Proves control of `host` for the sample's publisher.
async fn prove(node: &Node, host: &str) {
    let path = format!("/connectors/{SLUG}/ownership/proofs");
    let begun = node.post(&node.admin, &path, &json!({"host": host})).await.expect(201);
    let (answer, id) = (begun["answer"].as_str().unwrap(), begun["proof"]["id"].as_str().unwrap());
    *node.probe.zone.lock().unwrap() = Some(vec![answer.to_owned()]);
    let seen = node.post(&node.admin, &format!("{path}/{id}/check"), &json!({})).await.expect(200);
    assert_eq!(seen["seen"], true);
}

/// State and reason of the check in a version's report.
fn endpoint(version: &Value) -> (String, String) {
    let checks = version["report"]["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["check"] == "endpoint").unwrap();
    (check["state"].as_str().unwrap().to_owned(), check["reason"].as_str().unwrap_or_default().to_owned())
}

/// A host that clears every bar.
fn healthy() -> Facts {
    let clock = MockClock::at(NOW);
    let at = Timestamp::from_secs(NOW);
    let answer = |resolver: &str| ResolverAnswer {
        resolver: resolver.to_owned(),
        addresses: Ok(vec!["1.1.1.1".parse().unwrap()]),
        took: Duration::from_millis(20),
    };
    let leaf = Certificate {
        subject: "CN=app.fieldworks.example.com".to_owned(),
        key: Key::Curve("P-256".to_owned()),
        signature: SignatureHash::Good("SHA-256".to_owned()),
        not_before: at.plus_secs(-30 * DAY),
        not_after: at.plus_secs(60 * DAY),
        is_authority: false,
        for_servers: Some(true),
        must_staple: false,
        logs: (1..=3).map(|log| [log; 32]).collect(),
        unknown_critical: Vec::new(),
    };
    let sample = Sample {
        status: Ok(401),
        connected: Some(Duration::from_millis(60)),
        first_byte: Some(Duration::from_millis(80)),
    };
    let endpoint = endpoint_of_url("https://app.fieldworks.example.com/");
    Facts {
        names: Ok(Names {
            answers: vec![answer("one"), answer("two")],
            aliases: Vec::new(),
            dangling: false,
            broken: false,
        }),
        addresses: Ok(vec![("1.1.1.1".parse().unwrap(), None)]),
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
        chain: Ok(Chain {
            names: vec!["app.fieldworks.example.com".to_owned()],
            names_host: true,
            staple_logs: BTreeSet::new(),
            handshake_logs: Ok(BTreeSet::new()),
            leaf,
            sent: 2,
            path: Ok(TrustedPath {
                root: "CN=Root".to_owned(),
                private: false,
                intermediates: Vec::new(),
                from_store: false,
            }),
            staple: Ok(Some(Staple::Good)),
            listed: Ok(Revocation::Good),
            possession: Ok(true),
        }),
        answer: Ok(Answer { version: "HTTP/2".to_owned(), status: 401, ..Answer::default() }),
        series: Ok(Series { requests: vec![sample; 3], over: Duration::from_secs(2), stopped: false }),
        standing: Standing { blocked: Ok(None), registered: Ok(None) },
        ..unmeasured(&endpoint, &[], &clock, &Lists::default(), "not asked for")
    }
}

#[tokio::test]
async fn nothing_is_measured_unless_the_node_says_so() {
    let node = node(PublicationCheck::Off).await;
    let version = node.publish(&node.admin, THIRD_PARTY, one_host()).await.expect(201);
    let (state, reason) = endpoint(&version);
    assert_eq!((state.as_str(), &version["version"]["verdict"]), ("not_run", &json!("incomplete")));
    assert!(reason.contains("verification.publication"), "{reason}");
}

#[tokio::test]
async fn a_host_that_nobody_proved_refuses_a_third_partys_package() {
    for publication in [PublicationCheck::Measure, PublicationCheck::Require] {
        let node = node(publication).await;
        *node.probe.facts.lock().unwrap() = Some(healthy());
        let refused = node.publish(&node.admin, THIRD_PARTY, one_host()).await.expect(422);
        assert_eq!(
            (&refused["findings"][0]["rule"], &refused["findings"][0]["check"]),
            (&json!("EV-21"), &json!("endpoint"))
        );
        prove(&node, "app.fieldworks.example.com").await;
        let version = node.publish(&node.admin, THIRD_PARTY, one_host()).await.expect(201);
        assert_eq!(endpoint(&version).0, "passed", "{version}");
        assert_eq!(version["version"]["verdict"], "incomplete", "other checks are not built in");
        let bars = version["report"]["bars"].as_array().unwrap();
        let bar = |id: &str| bars.iter().find(|bar| bar["id"] == id).unwrap();
        assert_eq!((&bar("EV-21")["state"], &bar("EV-19")["value"]), (&json!("pass"), &json!("3 of 3")));
    }
}

#[tokio::test]
async fn a_consent_stands_in_and_the_operator_needs_neither() {
    let node = node(PublicationCheck::Require).await;
    *node.probe.facts.lock().unwrap() = Some(healthy());
    let consent = json!({"host": "app.fieldworks.example.com", "company": "Fieldworks", "approver": "J. Doe",
        "reference": "letter", "privacy_policy": "https://fieldworks.example.com/privacy", "expires_in_seconds": 86_400,
        "publisher": "admin@contoso.example"});
    node.post(&node.admin, &format!("/connectors/{SLUG}/ownership/consents"), &consent).await.expect(201);
    let version = node.publish(&node.admin, THIRD_PARTY, one_host()).await.expect(201);
    assert_eq!(endpoint(&version).0, "passed");
    let own = "publisher=platform&infrastructure=external&slug=own";
    let version = node.publish(&node.admin, own, one_host()).await.expect(201);
    assert_eq!(endpoint(&version).0, "passed", "{version}");
}

#[tokio::test]
async fn what_cannot_be_measured_is_a_gap_or_refuses() {
    let node_of = async |publication| {
        let node = node(publication).await;
        prove(&node, "app.fieldworks.example.com").await;
        node
    };
    let measure = node_of(PublicationCheck::Measure).await;
    let version = measure.publish(&measure.admin, THIRD_PARTY, one_host()).await.expect(201);
    let (state, reason) = endpoint(&version);
    assert!(state == "not_run" && reason.contains("were not measured"), "{reason}");
    let require = node_of(PublicationCheck::Require).await;
    let refused = require.publish(&require.admin, THIRD_PARTY, one_host()).await.expect(422);
    assert_eq!(refused["reason"], "endpoint_not_passed", "{refused}");
    assert!(refused["help"].as_str().unwrap().contains("verification.publication"), "{refused}");
    let open: Vec<&str> =
        refused["findings"].as_array().unwrap().iter().filter_map(|one| one["rule"].as_str()).collect();
    assert!(open.contains(&"EV-03") && open.contains(&"EV-10") && !open.contains(&"EV-21"), "{open:?}");
    assert!(refused["findings"][0]["message"].as_str().unwrap().contains("verification.connect"), "{refused}");
    // One bar alone is enough.
    let mut facts = healthy();
    facts.series = unmeasured(&facts.endpoint, &[], &MockClock::at(NOW), &Lists::default(), "no time").series;
    *require.probe.facts.lock().unwrap() = Some(facts);
    let refused = require.publish(&require.admin, THIRD_PARTY, one_host()).await.expect(422);
    assert!(refused["detail"].as_str().unwrap().contains("EV-19"), "{refused}");
}

/// Availability and latency take minutes: the check is not run until a job measured them, and nothing else is.
#[tokio::test]
async fn what_takes_minutes_is_pending_and_refuses_nothing() {
    for publication in [PublicationCheck::Measure, PublicationCheck::Require] {
        let node = node(publication).await;
        prove(&node, "app.fieldworks.example.com").await;
        let mut facts = healthy();
        facts.series = Err(backshell_probe::facts::NotMeasured::pending());
        *node.probe.facts.lock().unwrap() = Some(facts.clone());
        let version = node.publish(&node.admin, THIRD_PARTY, one_host()).await.expect(201);
        let (state, reason) = endpoint(&version);
        assert!(state == "not_run" && reason.contains("measured after publication"), "{state}: {reason}");
        let bars = version["report"]["bars"].as_array().unwrap();
        let open: Vec<_> = bars.iter().filter(|bar| bar["state"] == "not_measured").map(|bar| &bar["id"]).collect();
        assert_eq!(open, ["EV-05", "EV-19", "EV-20"]);
        assert!(bars.iter().any(|bar| bar["id"] == "EV-19" && bar["message"].as_str().unwrap().contains("10 minutes")));
    }
    // Another gap refuses as before.
    let require = node(PublicationCheck::Require).await;
    prove(&require, "app.fieldworks.example.com").await;
    let mut facts = healthy();
    facts.series = Err(backshell_probe::facts::NotMeasured::pending());
    facts.names.as_mut().unwrap().answers.truncate(1);
    *require.probe.facts.lock().unwrap() = Some(facts);
    let refused = require.publish(&require.admin, THIRD_PARTY, one_host()).await.expect(422);
    assert!(refused["detail"].as_str().unwrap().contains("EV-03"), "{refused}");
}

#[tokio::test]
async fn a_redirect_below_a_pattern_of_the_package_is_its_own() {
    for (location, status) in
        [("https://one.fieldworks.example.com/", 201), ("https://one.elsewhere.example.com/", 422)]
    {
        let node = node(PublicationCheck::Measure).await;
        prove(&node, "fieldworks.example.com").await;
        let mut facts = healthy();
        let answer = facts.answer.as_mut().unwrap();
        (answer.status, answer.location) = (302, Some(location.to_owned()));
        *node.probe.facts.lock().unwrap() = Some(facts);
        node.publish(&node.admin, THIRD_PARTY, sample()).await.expect(status);
    }
}

#[tokio::test]
async fn the_suffix_of_a_pattern_is_proven_in_its_zone() {
    let node = node(PublicationCheck::Measure).await;
    let refused = node.publish(&node.admin, THIRD_PARTY, sample()).await.expect(422);
    assert_eq!(refused["findings"][0]["rule"], "EV-21", "{refused}");
    prove(&node, "fieldworks.example.com").await;
    node.publish(&node.admin, THIRD_PARTY, sample()).await.expect(201);
}

#[tokio::test]
async fn many_publications_measure_no_more_hosts_at_once_than_one() {
    let node = node(PublicationCheck::Measure).await;
    *node.probe.facts.lock().unwrap() = Some(healthy());
    let publish = |number: usize| {
        let query = format!("publisher=platform&infrastructure=external&slug=own-{number}");
        let node = &node;
        async move { node.publish(&node.admin, &query, one_host()).await.expect(201) }
    };
    futures_util::future::join_all((0..30).map(publish)).await;
    let (left, most) = *node.probe.measuring.lock().unwrap();
    assert!(left == 0 && (2..=8).contains(&most), "{most} at once");
}
