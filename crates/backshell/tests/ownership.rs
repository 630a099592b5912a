//! Ownership of hosts on a running node: a challenge of the API, answered in a real zone and by a real host, looked for by the
//! node again, and what its loss does to calls and connections.

#![allow(
    clippy::allow_attributes,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict"
)]
#![cfg(test)]

mod support;

use backshell::client;
use backshell::node::Node;
use backshell::probing;
use backshell::trial::TrialCertificate;
use backshell::way_out::WayOut;
use backshell_boundary::AddressRules;
use backshell_model::{HostName, Timestamp};
use backshell_probe::measure::{NamedResolver, Prober, Trust};
use backshell_testkit::hickory_proto::rr::{RData, RecordType, rdata::TXT};
use backshell_testkit::{DnsAnswer, DnsServer};
use backshell_upstream::trial::{TrialDialler, TrialMap, TrialResolver};
use backshell_upstream::{DnsResolver, ProbeWay};
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use support::backend::Backend;
use support::{Cell, HOST, definition, properties, refusal};

/// A certificate for the host that clears every bar, and the private authority that issued it.
fn identity() -> (TrialCertificate, CertificateDer<'static>) {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "Trial Authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let mut leaf = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
    leaf.is_ca = IsCa::ExplicitNoCa;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().unwrap();
    let leaf = leaf.signed_by(&key, &authority).unwrap();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    (TrialCertificate::from_der(leaf.der().clone(), key), authority.as_ref().der().clone())
}

/// A zone whose TXT record at the challenge's name is what the test says; `None` is a server that cannot answer.
async fn zone(text: Arc<Mutex<Option<String>>>) -> DnsServer {
    DnsServer::start(move |question| {
        let Some(text) = text.lock().unwrap().clone() else { return Some(DnsAnswer::failure()) };
        let is_asked = question.name == format!("_backshell-challenge.{HOST}") && question.kind == RecordType::TXT;
        let answer = DnsAnswer::new();
        Some(match text.as_str() {
            "" => answer,
            text if is_asked => answer.record(&question.name, 0, RData::TXT(TXT::new(vec![text.to_owned()]))),
            _ => answer,
        })
    })
    .await
    .unwrap()
}

/// A cell whose node looks at hosts: names lead to local listeners, and records come from two real name servers.
struct World {
    cell: Cell,
    text: Arc<Mutex<Option<String>>>,
    _zones: [DnsServer; 2],
}

impl World {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = support::config(folder.path());
        let (certificate, authority) = identity();
        let backend = Backend::start(&certificate, &[b"http/1.1"]).await;
        let text = Arc::new(Mutex::new(Some(String::new())));
        let zones = [zone(Arc::clone(&text)).await, zone(Arc::clone(&text)).await];
        let mut map = TrialMap::new();
        map.insert(HostName::parse(HOST).unwrap(), 443, backend.address).unwrap();
        let map = Arc::new(map);
        let named = |zone: &DnsServer| NamedResolver {
            name: zone.address().to_string(),
            resolver: Arc::new(TrialResolver::new(Arc::clone(&map))),
            records: Some(Arc::new(DnsResolver::with_servers(&[zone.address()]).unwrap())),
        };
        let mut trust = Trust::public([]);
        trust.add_private(&authority).unwrap();
        let real = probing::of_node(&config).unwrap().unwrap();
        let prober = Prober {
            way: ProbeWay::new(Arc::new(TrialDialler::new(Arc::clone(&map), &[]).unwrap())),
            resolvers: zones.iter().map(named).collect(),
            rules: AddressRules::default(),
            trust,
            ..real
        };
        let way_out = WayOut {
            resolver: Arc::new(TrialResolver::new(Arc::clone(&map))),
            dialler: Arc::new(TrialDialler::new(Arc::clone(&map), &[authority]).unwrap()),
            system_servers: Vec::new(),
        };
        let mut node = Node::start_with(&config, way_out, Some(prober)).await.unwrap();
        let token = node.first_token().unwrap();
        let cell = Cell { folder, config, node, backend, certificate, token, connection: String::new() };
        Self { cell, text, _zones: zones }
    }

    fn record(&self, text: Option<&str>) {
        *self.text.lock().unwrap() = text.map(str::to_owned);
    }

    async fn api(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(self.cell.api(path))
            .header("authorization", format!("Bearer {}", self.cell.token))
            .header("content-type", "application/json");
        let (status, _, answer) =
            refusal(client::send(request.body(Full::new(body.to_string().into())).unwrap()).await.unwrap()).await;
        (status, answer)
    }

    /// Looks at every host in use now.
    async fn look_at_hosts(&self) {
        let endpoints = self.cell.node.gateway().snapshot().unwrap().endpoints();
        self.cell.node.jobs().drift.run(endpoints).await.unwrap();
        self.cell.node.gateway().refresh().await.unwrap();
    }

    /// How the ownership of the host came out.
    async fn ownership(&self) -> (String, String) {
        let shown = self.cell.get("/connectors/trial-service/verification").await;
        let items = shown["items"].as_array().unwrap();
        let found = items.iter().find(|item| item["check"] == "ownership").unwrap();
        let word = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
        (word("outcome"), word("drift"))
    }

    async fn metrics(&self) -> String {
        let address = format!("http://{}/metrics", self.cell.node.console_address());
        let request = Request::get(address).body(Full::new(Vec::new().into())).unwrap();
        let answer = client::send(request).await.unwrap();
        String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    /// Puts the proof as far back as the test needs it, as if the node had run all the time.
    async fn backdate(&self, id: &str, change: impl FnOnce(&mut backshell_model::OwnershipProof, Timestamp)) {
        use backshell_model::Clock as _;
        let store = self.cell.node.store();
        let mut proof = store.ownership_proof(id.parse().unwrap()).await.unwrap();
        change(&mut proof, backshell::system::SystemClock.now());
        store.change_ownership_proof(&proof).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_made_before_publication_and_its_loss_holds_calls() {
    const DAY: i64 = 86_400;
    let mut world = World::start().await;
    let begin = "/connectors/trial-service/ownership/proofs";
    let (status, begun) = world.api(Method::POST, begin, json!({"host": HOST})).await;
    assert_eq!(status, 201, "{begun}");
    let (answer, id) = (begun["answer"].as_str().unwrap(), begun["proof"]["id"].as_str().unwrap());
    let check = format!("{begin}/{id}/check");
    let (status, seen) = world.api(Method::POST, &check, json!({})).await;
    assert_eq!((status, &seen["seen"]), (200, &json!(false)), "{seen}");
    assert!(seen["dns"].as_str().unwrap().contains("has no TXT record"), "{seen}");
    world.record(Some(answer));
    let (_, seen) = world.api(Method::POST, &check, json!({})).await;
    assert_eq!(
        (&seen["seen"], &seen["proof"]["state"], &seen["proof"]["method"]),
        (&json!(true), &json!("proven"), &json!("dns")),
        "{seen}"
    );

    world.cell.publish(&definition(), &properties()).await;
    world.cell.connection = world.cell.connect("trial-service", json!({}), json!({"api_key": support::KEY})).await;
    world.look_at_hosts().await;
    assert_eq!(world.ownership().await, ("passed".to_owned(), String::new()));
    let shown = world.cell.get("/connectors/trial-service/verification").await;
    let certificate = shown["items"].as_array().unwrap().iter().find(|item| item["check"] == "certificate").unwrap();
    assert_eq!(certificate["outcome"], "passed", "{certificate}");
    assert_eq!(world.cell.call(Method::GET, "/items", "").await.status(), 200);

    // Two weeks later the record is gone, and the day after.
    world.record(Some(""));
    world
        .backdate(id, |proof, now| {
            proof.proven = proof.proven.map(|(method, _)| (method, now.plus_secs(-15 * DAY)));
            proof.failures = vec![now.plus_secs(-DAY)];
            proof.checks = vec![now.plus_secs(-DAY)];
            proof.due = Some(now);
        })
        .await;
    assert_eq!(world.cell.node.jobs().proofs.run().await, Ok(1));
    world.look_at_hosts().await;
    assert_eq!(world.ownership().await, ("restricted".to_owned(), "ownership_doubtful".to_owned()));
    assert_eq!(world.cell.call(Method::GET, "/items", "").await.status(), 200, "calls go on");
    let environment = world.cell.get("/environments").await["items"][0]["id"].clone();
    let new = json!({"environment": environment, "connector": "trial-service", "name": "second",
        "settings": {}, "secrets": {"api_key": support::KEY}});
    let (status, refused) = world.api(Method::POST, "/connections", new).await;
    assert_eq!((status, &refused["reason"]), (409, &json!("ownership_doubtful")), "{refused}");

    // Two weeks after the first failure.
    world.backdate(id, |proof, now| proof.failures = vec![now.plus_secs(-14 * DAY), now.plus_secs(-13 * DAY)]).await;
    world.look_at_hosts().await;
    assert_eq!(world.ownership().await, ("suspended".to_owned(), "ownership_lost".to_owned()));
    let before = world.cell.backend.seen().len();
    let (status, code, refused) = refusal(world.cell.call(Method::GET, "/items", "").await).await;
    assert_eq!((status, code.as_str(), &refused["reason"]), (502, "endpoint_blocked", &json!("ownership_lost")));
    assert_eq!(world.cell.backend.seen().len(), before, "the host got nothing");
    let metrics = world.metrics().await;
    let line = "backshell_endpoints{check=\"ownership\",outcome=\"suspended\",drift=\"ownership_lost\"} 1";
    assert!(
        metrics.contains(line) && metrics.contains("backshell_ownership_looks_total{outcome=\"gone\"} 1"),
        "{metrics}"
    );

    // Name servers that do not answer take nothing back; the record does.
    world.record(None);
    world.backdate(id, |proof, now| proof.due = Some(now)).await;
    world.cell.node.jobs().proofs.run().await.unwrap();
    world.look_at_hosts().await;
    assert_eq!(world.ownership().await.0, "suspended");
    world.record(Some(answer));
    world.backdate(id, |proof, now| proof.due = Some(now)).await;
    world.cell.node.jobs().proofs.run().await.unwrap();
    world.look_at_hosts().await;
    assert_eq!(world.ownership().await, ("passed".to_owned(), String::new()));
    assert_eq!(world.cell.call(Method::GET, "/items", "").await.status(), 200);
    let acts: Vec<Value> = world.cell.ledger("act").await;
    let names: Vec<&str> = acts.iter().filter_map(|act| act["act"].as_str()).collect();
    for name in [
        "ownership.begin",
        "ownership.proven",
        "ownership.doubtful",
        "endpoint.restrict",
        "endpoint.suspend",
        "endpoint.resume",
    ] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    world.cell.node.stop().await.unwrap();
}

/// A node that does not look at hosts by itself says so, and calls nothing lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_a_way_to_look_proves_nothing() {
    let cell = Cell::start().await;
    let begun = cell.post("/connectors/trial-service/ownership/proofs", json!({"host": HOST})).await;
    let id = begun["proof"]["id"].as_str().unwrap();
    let seen = cell.post(&format!("/connectors/trial-service/ownership/proofs/{id}/check"), json!({})).await;
    assert_eq!((&seen["seen"], &seen["proof"]["state"]), (&json!(false), &json!("open")));
    assert!(seen["dns"].as_str().unwrap().contains("verification.connect"), "{seen}");
    let endpoints = cell.node.gateway().snapshot().unwrap().endpoints();
    cell.node.jobs().drift.run(endpoints).await.unwrap();
    let slug = "trial-service".parse().unwrap();
    let found = cell.node.store().verifications(&slug).await.unwrap();
    assert!(
        found.iter().all(|one| one.check != backshell_model::Recheck::Certificate),
        "what does not run did not pass"
    );
    assert!(cell.node.store().connector(&slug).await.is_ok());
    cell.node.stop().await.unwrap();
}
