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

use async_trait::async_trait;
use backshell::client;
use backshell::config::{Config, Publication};
use backshell::drift::in_use;
use backshell::node::Node;
use backshell::probing;
use backshell::trial::TrialCertificate;
use backshell::way_out::WayOut;
use backshell_boundary::AddressRules;
use backshell_model::{HostName, Timestamp};
use backshell_probe::measure::{NamedResolver, Pace, Prober, Trust};
use backshell_testkit::hickory_proto::rr::{RData, RecordType, rdata::TXT};
use backshell_testkit::{DnsAnswer, DnsServer};
use backshell_upstream::trial::{TrialDialler, TrialMap, TrialResolver};
use backshell_upstream::{DnsResolver, ProbeWay};
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, CrlDistributionPoint,
    DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber,
    date_time_ymd,
};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::backend::Backend;
use support::{Cell, HOST, definition, properties, refusal};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A certificate for the host that clears every bar, the private authority that issued it, and that authority's list, on which
/// it stands.
fn identity() -> (TrialCertificate, CertificateDer<'static>, Vec<u8>) {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "Trial Authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages =
        vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let mut leaf = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
    leaf.is_ca = IsCa::ExplicitNoCa;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.serial_number = Some(SerialNumber::from(4_711_u64));
    leaf.crl_distribution_points = vec![CrlDistributionPoint { uris: vec![format!("http://{LISTS}/list.crl")] }];
    let key = KeyPair::generate().unwrap();
    let leaf = leaf.signed_by(&key, &authority).unwrap();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let revoked = RevokedCertParams {
        serial_number: SerialNumber::from(4_711_u64),
        revocation_time: date_time_ymd(2026, 1, 1),
        reason_code: None,
        invalidity_date: None,
    };
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 1, 1),
        next_update: date_time_ymd(2100, 1, 1),
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: vec![revoked],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let list = list.signed_by(&authority).unwrap().der().to_vec();
    (TrialCertificate::from_der(leaf.der().clone(), key), authority.as_ref().der().clone(), list)
}

/// Where the authority keeps its list.
const LISTS: &str = "lists.trial.example";

/// A plain server that answers every request with these bytes.
async fn plain(body: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 4_096];
            let _ = stream.read(&mut asked).await;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
        }
    });
    address
}

/// Time that passes only when somebody pauses: ten minutes take none.
#[derive(Debug, Default)]
struct Swift(AtomicU64);

#[async_trait]
impl Pace for Swift {
    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    async fn pause(&self, duration: Duration) {
        self.0.fetch_add(u64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
    }
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
    zones: [DnsServer; 2],
    map: Arc<TrialMap>,
    authority: CertificateDer<'static>,
}

impl World {
    async fn start() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(adjust: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = support::config(folder.path());
        adjust(&mut config);
        let (certificate, authority, list) = identity();
        let backend = Backend::start(&certificate, &[b"http/1.1"]).await;
        let text = Arc::new(Mutex::new(Some(String::new())));
        let zones = [zone(Arc::clone(&text)).await, zone(Arc::clone(&text)).await];
        let mut map = TrialMap::new();
        map.insert(HostName::parse(HOST).unwrap(), 443, backend.address).unwrap();
        map.insert(HostName::parse(LISTS).unwrap(), 80, plain(list).await).unwrap();
        let map = Arc::new(map);
        let mut node = node(&config, &zones, &map, &authority).await;
        let token = node.first_token().unwrap();
        let cell = Cell { folder, config, node, backend, certificate, token, connection: String::new() };
        Self { cell, text, zones, map, authority }
    }

    /// Stops the node and starts it again over the same data.
    async fn restart(self) -> Self {
        let Self { cell, text, zones, map, authority } = self;
        let Cell { folder, config, node: running, backend, certificate, token, connection } = cell;
        running.stop().await.unwrap();
        let node = node(&config, &zones, &map, &authority).await;
        let cell = Cell { folder, config, node, backend, certificate, token, connection };
        Self { cell, text, zones, map, authority }
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
        let snapshot = self.cell.node.gateway().snapshot().unwrap();
        self.cell.node.jobs().drift.run(in_use(snapshot.leads())).await.unwrap();
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

/// A node that looks at hosts where `map` leads, without taking its time.
async fn node(
    config: &Config,
    zones: &[DnsServer; 2],
    map: &Arc<TrialMap>,
    authority: &CertificateDer<'static>,
) -> Node {
    let named = |zone: &DnsServer| NamedResolver {
        name: zone.address().to_string(),
        resolver: Arc::new(TrialResolver::new(Arc::clone(map))),
        records: Some(Arc::new(DnsResolver::with_servers(&[zone.address()]).unwrap())),
    };
    let mut trust = Trust::public([]);
    trust.add_private(authority).unwrap();
    let real = probing::of_node(config).unwrap().unwrap();
    let prober = Prober {
        way: ProbeWay::new(Arc::new(TrialDialler::new(Arc::clone(map), &[]).unwrap())),
        resolvers: zones.iter().map(named).collect(),
        rules: AddressRules::default(),
        trust,
        pace: Arc::new(Swift::default()),
        ..real
    };
    let way_out = WayOut {
        resolver: Arc::new(TrialResolver::new(Arc::clone(map))),
        dialler: Arc::new(TrialDialler::new(Arc::clone(map), std::slice::from_ref(authority)).unwrap()),
        system_servers: Vec::new(),
    };
    Node::start_with(config, way_out, Some(prober)).await.unwrap()
}

/// What takes ten minutes is pending when a version is published, and is measured after a restart all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_completed_after_publication() {
    let world = World::with(|config| config.verification.publication = Publication::Require).await;
    let begin = "/connectors/trial-service/ownership/proofs";
    let (_, begun) = world.api(Method::POST, begin, json!({"host": HOST})).await;
    let (answer, id) = (begun["answer"].as_str().unwrap(), begun["proof"]["id"].as_str().unwrap());
    world.record(Some(answer));
    world.api(Method::POST, &format!("{begin}/{id}/check"), json!({})).await;
    let published = world.cell.publish(&definition(), &properties()).await;
    let digest = published["version"]["digest"].as_str().unwrap().to_owned();
    let asked = world.cell.backend.seen().len();
    let stands = async |world: &World| {
        let version = world.cell.get(&format!("/connectors/trial-service/versions/{digest}")).await;
        let checks = version["report"]["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["check"] == "endpoint").unwrap();
        let bars = version["report"]["bars"].as_array().unwrap().iter().find(|bar| bar["id"] == "EV-19").unwrap();
        (check["state"].clone(), bars["state"].clone(), bars["value"].clone())
    };
    assert_eq!(stands(&world).await, (json!("not_run"), json!("not_measured"), Value::Null), "{published}");

    let world = world.restart().await;
    let job = world.cell.node.jobs().slow_bars.clone().unwrap();
    assert_eq!(job.run().await.unwrap(), 1);
    assert_eq!(world.cell.backend.seen().len() - asked, 20);
    assert_eq!(stands(&world).await, (json!("passed"), json!("pass"), json!("20 of 20")));
    assert_eq!(job.run().await.unwrap(), 0);
    let metrics = world.metrics().await;
    assert!(metrics.contains("backshell_reports_completed_total{outcome=\"cleared\"} 1"), "{metrics}");
}

/// The list that the certificate of a host names is fetched beside the calls, kept in the data folder, and counts.
#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_list_is_fetched_and_holds_calls() {
    let mut world = World::start().await;
    world.cell.publish(&definition(), &properties()).await;
    world.cell.connection = world.cell.connect("trial-service", json!({}), json!({"api_key": support::KEY})).await;
    let certificate = async |world: &World| {
        let shown = world.cell.get("/connectors/trial-service/verification").await;
        let found = shown["items"].as_array().unwrap().iter().find(|item| item["check"] == "certificate").unwrap();
        (found["outcome"].clone(), found["drift"].clone())
    };
    let job = world.cell.node.jobs().revocation.clone().unwrap();
    assert_eq!(job.run().await.unwrap(), 0, "no certificate was seen yet");
    world.look_at_hosts().await;
    assert_eq!(certificate(&world).await, (json!("passed"), Value::Null), "nothing is known yet");
    assert_eq!((job.run().await.unwrap(), job.run().await.unwrap()), (1, 0), "once a day");
    let kept = std::fs::read_dir(world.cell.config.data.dir.join("revocation-lists")).unwrap();
    let kept: Vec<_> = kept.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(kept.len() == 1 && kept[0].starts_with("fetched-"), "{kept:?}");
    // The next look is due when the test says so.
    let store = world.cell.node.store();
    let slug = "trial-service".parse().unwrap();
    for mut one in store.verifications(&slug).await.unwrap() {
        let due = one.due;
        one.due = one.last_run;
        store.put_verification(&one, Some(due)).await.unwrap();
    }
    world.look_at_hosts().await;
    assert_eq!(certificate(&world).await, (json!("suspended"), json!("certificate_invalid")));
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
    let snapshot = cell.node.gateway().snapshot().unwrap();
    cell.node.jobs().drift.run(in_use(snapshot.leads())).await.unwrap();
    let slug = "trial-service".parse().unwrap();
    let found = cell.node.store().verifications(&slug).await.unwrap();
    assert!(
        found.iter().all(|one| one.check != backshell_model::Recheck::Certificate),
        "what does not run did not pass"
    );
    assert!(cell.node.store().connector(&slug).await.is_ok());
    cell.node.stop().await.unwrap();
}
