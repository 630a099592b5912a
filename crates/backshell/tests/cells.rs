//! Cells: who vouches for one, what it refuses, and that nothing crosses between five of them in two geographies.
//!
//! Every cell is a whole node with a database of its own, on an address of its own. Every back end is a listener of its own
//! and notes from which cell's address each connection came.

#![allow(
    clippy::allow_attributes,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict, and its client connects by itself"
)]

mod support;

use async_trait::async_trait;
use backshell::client;
use backshell::identity;
use backshell::keys;
use backshell::node::Node;
use backshell::residency::Folder;
use backshell::system::{SystemClock, SystemRandom};
use backshell::trial::TrialCertificate;
use backshell::way_out::WayOut;
use backshell_boundary::evidence::{Kind, Source};
use backshell_boundary::{OperatorKey, ResolveError, Resolved, Resolver, Vouched, generate_cell_key};
use backshell_model::{
    Boundary, Clock, Drift, Egress, Environment, EnvironmentId, HostName, Random, Recheck, RecheckOutcome, Region,
    TenantId, Timestamp, Verification,
};
use backshell_store::Limit;
use backshell_testkit::{SeededRandom, azure_tags};
use backshell_upstream::{Dialled, Dialler};
use bytes::Bytes;
use futures_util::StreamExt;
use http::{Method, Request};
use http_body_util::{Full, StreamBody};
use hyper::body::Frame;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ClientConfig;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use support::backend::Backend;
use support::{Cell, archive, definition, properties, refusal, say};
use tempfile::TempDir;
use tokio::net::{TcpSocket, TcpStream};

const SECONDS: Duration = Duration::from_secs(30);

// ---- Who vouches for a cell --------------------------------------------------------------------------------------------

/// An operator with a key that no node has.
struct Operator(OperatorKey);

impl Operator {
    fn new(folder: &Path) -> Self {
        let key = OperatorKey::from_pkcs8(&generate_cell_key(&SystemRandom).unwrap()).unwrap();
        std::fs::write(folder.join("operator.pub"), key.public().to_string()).unwrap();
        Self(key)
    }

    /// Writes an attestation of the cell for `seconds` from `from` on.
    fn attest(&self, cell: &Cell, from: Timestamp, seconds: i64) {
        let vouched = Vouched {
            cell: cell.config.cell.name.clone(),
            region: Region::new(&cell.config.cell.region),
            node_key: identity::known_node_key(&cell.config).unwrap(),
            valid_from: from,
            valid_until: from.plus_secs(seconds),
        };
        let json = self.0.attest(&vouched).unwrap().to_json();
        std::fs::write(cell.folder.path().join("eu-1.json"), json).unwrap();
    }
}

/// The statuses and reasons of a call and of a change of secrets, and whether the node calls itself ready.
async fn standing(cell: &Cell) -> (u16, Value, u16, u16) {
    let (status, _, body) = refusal(cell.call(Method::GET, "/items", "").await).await;
    let request = Request::builder()
        .method(Method::PUT)
        .uri(cell.api(&format!("/connections/{}/secrets", cell.connection)))
        .header("authorization", format!("Bearer {}", cell.token))
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from_static(b"{\"secrets\": {\"api_key\": \"another\"}}")))
        .unwrap();
    let kept = client::send(request).await.unwrap().status().as_u16();
    let ready = Request::get(format!("http://{}/readyz", cell.node.console_address()));
    let ready = client::send(ready.body(Full::default()).unwrap()).await.unwrap().status().as_u16();
    (status, body["reason"].clone(), kept, ready)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_operator_is_the_only_one_whose_word_counts() {
    let cell = Cell::start().await;
    assert_eq!(cell.get("/node").await["attested_by"], "self");
    let folder = cell.folder.path().to_owned();
    let operator = Operator::new(&folder);
    let (key, file) = (folder.join("operator.pub"), folder.join("eu-1.json"));
    let refused = (421, json!("cell_unattested"), 421, 503);
    let now = SystemClock.now();
    let cell = cell
        .restart(|config| {
            config.cell.operator_key = Some(key);
            config.cell.attestation = Some(file);
        })
        .await;
    assert_eq!((standing(&cell).await, &cell.get("/node").await["unattested"]), (refused.clone(), &json!("missing")));
    assert!(cell.backend.seen().is_empty());

    operator.attest(&cell, now.plus_secs(-7200), 3600);
    let cell = cell.restart(|_| {}).await;
    assert_eq!((standing(&cell).await, &cell.get("/node").await["unattested"]), (refused.clone(), &json!("expired")));

    Operator::new(tempfile::tempdir().unwrap().path()).attest(&cell, now, 3600);
    let cell = cell.restart(|_| {}).await;
    let unattested = cell.get("/node").await["unattested"].clone();
    assert_eq!((standing(&cell).await, unattested), (refused, json!("unknown_signer")));

    operator.attest(&cell, now, 3600);
    let cell = cell.restart(|_| {}).await;
    let node = cell.get("/node").await;
    assert_eq!((&node["attested_by"], &node["signer"]), (&json!("operator"), &json!(operator.0.public().to_string())));
    assert_eq!(standing(&cell).await, (200, Value::Null, 200, 200));

    // Evidence: who vouched at each start, and each refusal with its row, without anything of the environment.
    let acts = cell.ledger("act").await;
    let attested: Vec<_> = acts.iter().filter(|act| act["act"] == "cell.attest").collect();
    let outcomes: Vec<_> = attested.iter().map(|act| act["details"]["by"].as_str().unwrap_or("nobody")).collect();
    assert_eq!(outcomes, ["self", "nobody", "nobody", "nobody", "operator"]);
    let decisions = cell.ledger("decision").await;
    let refusals: Vec<_> = decisions.iter().filter(|record| record["outcome"] == "refused").collect();
    assert_eq!(refusals.len(), 3);
    for record in refusals {
        assert_eq!((&record["code"], &record["boundary"]["row"]), (&json!("wrong_cell"), &json!("D02")), "{record}");
        assert!(record.get("environment").is_none() && record.get("connector").is_none(), "{record}");
    }
}

// ---- What a cell may not keep ------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_holds_for_elsewhere_is_listed_and_refused() {
    let cell = Cell::with(|config| config.cell.region = "westeurope".to_owned(), &[b"http/1.1"]).await;
    let environment = cell.get("/environments").await["items"][0]["id"].clone();
    let cell = cell.restart(|config| config.cell.region = "eastus".to_owned()).await;
    let outside = cell.get("/node").await["outside"].clone();
    assert_eq!(
        outside,
        json!([{"environment": environment, "home": "westeurope", "row": "D04", "reason": "cell_outside",
            "connections": 1, "secrets": 1, "data_key": true}])
    );
    let (status, reason, kept, ready) = standing(&cell).await;
    assert_eq!((status, reason, kept, ready), (421, json!("cell_outside"), 421, 200));
    let acts = cell.ledger("act").await;
    let last = acts.iter().rposition(|act| act["act"] == "cell.attest").unwrap();
    let refused = acts.iter().find(|act| act["act"] == "custody.refuse").unwrap();
    assert_eq!((&refused["subject"], &refused["details"]["row"]), (&environment, &json!("D04")));
    for act in &acts[last..] {
        assert!(act.get("environment").is_none(), "no record of the environment is made here: {act}");
    }
    // It was not removed: back where it belongs, the cell serves it.
    let cell = cell.restart(|config| config.cell.region = "westeurope".to_owned()).await;
    assert_eq!(cell.call(Method::GET, "/items", "").await.status(), 200);
    assert_eq!(cell.get("/node").await["outside"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http2_a_wrong_cell_answers_while_the_body_still_comes() {
    let cell = Cell::with(|config| config.cell.region = "westeurope".to_owned(), &[b"http/1.1"]).await;
    let adjust = |config: &mut backshell::config::Config| {
        config.cell.region = "eastus".to_owned();
        config.cell.home_cells = vec!["westeurope=https://eu1.gateway.example".to_owned()];
        config.cell.name = "us-1".to_owned();
    };
    let cell = cell.restart(adjust).await;
    // The node's former self still stands in the directory; the operator forgets it.
    cell.delete("/cells/cell-1").await;
    let stream = TcpStream::connect(cell.node.gateway_address()).await.unwrap();
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let first = futures_util::stream::iter([Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"the beginning")))]);
    let body = StreamBody::new(Box::pin(first.chain(futures_util::stream::pending())));
    let request = Request::post(cell.address("/echo")).header("authorization", format!("Bearer {}", cell.token));
    let answer = tokio::time::timeout(SECONDS, sender.send_request(request.body(body).unwrap())).await;
    let (status, code, body) = refusal(answer.expect("the gateway waits for the body").unwrap()).await;
    assert_eq!((status, code.as_str(), &body["reason"]), (421, "wrong_cell", &json!("cell_outside")));
    assert_eq!(body["home_cell"], "https://eu1.gateway.example");
    assert!(cell.backend.seen().is_empty());
}

// ---- What a node sends by itself ----------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_would_send_where_it_may_not_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = TrialCertificate::for_hosts(&[support::HOST]).unwrap();
    let start = async |servers: &[&str], places: &[&str]| {
        let mut config = support::config(folder.path());
        config.upstream.name_servers = servers.iter().map(|server| (*server).to_owned()).collect();
        config.egress.places = places.iter().map(|place| (*place).to_owned()).collect();
        Node::start(&config, certificate.way_out(&[]).unwrap()).await.map_err(|error| format!("{error:#}"))
    };
    for (places, says) in [(&[][..], "nothing says where that is"), (&["10.0.0.53=eastus"], "is outside the boundary")]
    {
        let problem = start(&["10.0.0.53"], places).await.err().expect("it starts");
        assert!(problem.contains("`upstream.name_servers`") && problem.contains(says), "{problem}");
    }
    let mut node = start(&["10.0.0.53", "127.0.0.1:5353"], &["10.0.0.53=northeurope"]).await.unwrap();
    assert!(node.first_token().is_some(), "the starts that failed took it with them");
    node.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_sends_is_listed_with_its_place() {
    let adjust = |config: &mut backshell::config::Config| {
        config.upstream.name_servers = vec!["10.0.0.53".to_owned()];
        config.egress.places = vec!["10.0.0.53=northeurope".to_owned()];
    };
    let cell = Cell::with(adjust, &[b"http/1.1"]).await;
    let items = cell.get("/node/egress").await["items"].clone();
    let sent: Vec<&Value> = items.as_array().unwrap().iter().filter(|item| item["act"] == "sends").collect();
    assert_eq!(sent.len(), 1, "{items}");
    assert_eq!((&sent[0]["address"], &sent[0]["region"]), (&json!("10.0.0.53"), &json!("northeurope")));
    for setting in ["data.dir", "ledger.checkpoint_file"] {
        let written = items.as_array().unwrap().iter().find(|item| item["setting"] == setting);
        assert!(written.is_some_and(|item| item["place"] == "this_machine"), "{setting}: {items}");
    }
}

/// What the node sends by itself stays inside the boundary of an environment that is made later, or it is not made: the next
/// start would refuse.
#[tokio::test(flavor = "multi_thread")]
async fn an_environment_that_the_node_would_send_out_of_is_not_made() {
    let adjust = |config: &mut backshell::config::Config| {
        config.upstream.name_servers = vec!["10.0.0.53".to_owned()];
        config.egress.places = vec!["10.0.0.53=northeurope".to_owned()];
    };
    let cell = Cell::with(adjust, &[b"http/1.1"]).await;
    let make = async |name: &str, home: &str, boundary: &str| {
        let request = Request::builder()
            .method(Method::POST)
            .uri(cell.api("/environments"))
            .header("authorization", format!("Bearer {}", cell.token))
            .header("content-type", "application/json");
        let new = json!({"name": name, "home": home, "boundary": boundary}).to_string();
        let (status, _, body) =
            refusal(client::send(request.body(Full::new(new.into())).unwrap()).await.unwrap()).await;
        (status, body)
    };
    let (status, refused) = make("narrow", "westeurope", "region").await;
    assert_eq!((status, &refused["reason"]), (409, &json!("node_egress")), "{refused}");
    for said in ["10.0.0.53", "northeurope", "upstream.name_servers"] {
        assert!(refused["detail"].as_str().unwrap().contains(said), "{refused}");
    }
    assert_eq!(make("wide", "westeurope", "geography").await.0, 201);
    assert_eq!(make("elsewhere", "westus", "region").await.0, 201, "this node does not serve it");
    let cell = cell.restart(|_| {}).await;
    assert_eq!(cell.get("/environments").await["items"].as_array().unwrap().len(), 3);
    cell.node.stop().await.unwrap();
}

// ---- Hosts that change -------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn calls_to_a_host_that_changed_are_held_until_it_is_accepted() {
    let cell = Cell::start().await;
    let found = |outcome, drift| Verification {
        connector: "trial-service".parse().unwrap(),
        host: HostName::parse(support::HOST).unwrap(),
        port: 443,
        check: Recheck::Dns,
        outcome,
        drift,
        detail: "the name ends elsewhere".to_owned(),
        baseline: Some(support::HOST.to_owned()),
        last_run: Timestamp::from_secs(1_800_000_000),
        due: Timestamp::from_secs(1_900_000_000),
        drifting_since: None,
    };
    let store = cell.node.store();
    store.put_verification(&found(RecheckOutcome::Warned, Some(Drift::AliasChanged)), None).await.unwrap();
    cell.node.gateway().refresh().await.unwrap();
    assert_eq!(cell.call(Method::GET, "/items", "").await.status(), 200, "a warning holds nothing");
    store.put_verification(&found(RecheckOutcome::Suspended, Some(Drift::EndpointMoved)), None).await.unwrap();
    cell.node.gateway().refresh().await.unwrap();
    let (opened, seen) = (cell.node.vault().withdrawals(), cell.backend.seen().len());
    let (status, code, body) = refusal(cell.call(Method::GET, "/items", "").await).await;
    assert_eq!((status, code.as_str(), &body["reason"]), (502, "endpoint_blocked", &json!("endpoint_moved")));
    assert_eq!((cell.node.vault().withdrawals(), cell.backend.seen().len()), (opened, seen), "no secret, no socket");
    let shown = cell.get("/connectors/trial-service/verification").await;
    assert_eq!(
        (&shown["items"][0]["outcome"], &shown["items"][0]["drift"]),
        (&json!("suspended"), &json!("endpoint_moved"))
    );
    let record = cell.ledger("decision").await.pop().unwrap();
    assert_eq!((&record["reason"], &record["host"]), (&json!("endpoint_moved"), &json!(support::HOST)));
    assert_eq!(record["boundary"]["row"], "D06", "a held host is no verified one");
    cell.post("/connectors/trial-service/verification/accept", json!({"host": support::HOST, "check": "dns"})).await;
    assert_eq!(cell.call(Method::GET, "/items", "").await.status(), 200);
    assert_eq!(cell.ledger("act").await.last().unwrap()["act"], "verification.accept");
}

// ---- Five cells --------------------------------------------------------------------------------------------------------

/// The cells: name, region, geography.
const CELLS: [(&str, &str, &str); 5] = [
    ("eu-w", "westeurope", "Europe"),
    ("eu-n", "northeurope", "Europe"),
    ("us-w", "westus", "United States"),
    ("us-e", "eastus", "United States"),
    ("us-c", "centralus", "United States"),
];
const CALLS: usize = 700;
/// The operator's services, one in each cell's region; then those of others: one in each geography, with evidence about its
/// place, and one of which nothing is known.
const INTERNAL: usize = CELLS.len();
const EXTERNAL: [Option<&str>; 3] = [Some("westeurope"), Some("eastus"), None];
const BACKENDS: usize = INTERNAL + EXTERNAL.len();
/// Who calls: whoever made the connection, somebody it is shared with, a member of a group that it is shared with, and three
/// who may not, two of them in spite of their role.
const CALLERS: [&str; 6] = ["owner", "friend", "member", "stranger", "auditor", "administrator"];
/// How many of them may.
const MAY_CALL: usize = 3;

fn source(cell: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 10 + cell as u8, 1)
}

/// Connects from the cell's own address, so that a back end sees which cell it is.
#[derive(Debug)]
struct FromCell {
    source: IpAddr,
    listeners: HashMap<HostName, SocketAddr>,
    trial: Arc<dyn Dialler>,
}

#[async_trait]
impl Dialler for FromCell {
    async fn dial(&self, host: &HostName, _: u16, addresses: &[SocketAddr]) -> io::Result<Dialled> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(self.source, 0))?;
        let stream = socket.connect(self.listeners[host]).await?;
        Ok(Dialled { stream, pinned: addresses[0] })
    }

    fn tls(&self, environment: EnvironmentId) -> Arc<ClientConfig> {
        self.trial.tls(environment)
    }
}

/// An environment as this test itself understands it: which regions are inside is written down by hand.
struct Place {
    environment: EnvironmentId,
    home: &'static str,
    boundary: Boundary,
    egress: Egress,
    inside: &'static [&'static str],
}

fn places() -> Vec<Place> {
    let list = |names: &[&str]| Boundary::List(names.iter().map(|name| Region::new(name)).collect());
    let random = SeededRandom::new(11);
    let place = |home, boundary, egress, inside| Place {
        environment: EnvironmentId::generate(Timestamp::from_secs(1_800_000_000), &random),
        home,
        boundary,
        egress,
        inside,
    };
    let (notice, refuse) = (Egress::Notice, Egress::Refuse);
    vec![
        place("westeurope", Boundary::Geography, notice, &["westeurope", "northeurope"]),
        place("northeurope", Boundary::Region, refuse, &["northeurope"]),
        place("westus", Boundary::Geography, refuse, &["westus", "eastus", "centralus"]),
        place("eastus", Boundary::Region, notice, &["eastus"]),
        place("centralus", list(&["centralus", "eastus"]), refuse, &["centralus", "eastus"]),
    ]
}

/// A node in the test, with a token of each caller. The administrator's is the last one.
struct Member {
    node: Node,
    tokens: Vec<String>,
    _folder: TempDir,
}

impl Member {
    fn administrator(&self) -> &str {
        self.tokens.last().unwrap()
    }

    async fn api(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        self.api_as(self.administrator(), method, path, body).await
    }

    async fn api_as(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}/api/v1{path}", self.node.console_address()))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let answer = client::send(request.body(Full::new(body.into())).unwrap()).await.unwrap();
        let (status, _, body) = refusal(answer).await;
        (status, body)
    }

    async fn made(&self, method: Method, path: &str, body: Value) -> Value {
        let (status, answer) = self.api(method, path, Some(body)).await;
        assert!((200..300).contains(&status), "{path}: {answer}");
        answer
    }
}

/// A connection: which environment, which back end, and which cell holds it.
struct Held {
    id: String,
    place: usize,
    backend: usize,
    cell: usize,
}

struct World {
    members: Vec<Member>,
    backends: Vec<Backend>,
    places: Vec<Place>,
    held: Vec<Held>,
}

/// Where a service is; `None` for the one of which nothing is known.
fn region(backend: usize) -> Option<&'static str> {
    if backend < INTERNAL { Some(CELLS[backend].1) } else { EXTERNAL[backend - INTERNAL] }
}

fn host(backend: usize) -> String {
    let kind = if backend < INTERNAL { "erp" } else { "crm" };
    format!("{}.{kind}.example.com", region(backend).unwrap_or("nowhere"))
}

fn connector(backend: usize) -> String {
    host(backend).trim_end_matches(".example.com").replace('.', "-")
}

/// The public address that a service's name resolves to. Those of others lie in ranges that a provider publishes.
fn address(backend: usize) -> IpAddr {
    let last = backend as u8;
    if backend < INTERNAL { Ipv4Addr::new(1, 1, 1, last + 1) } else { Ipv4Addr::new(20, last, 0, 7) }.into()
}

/// What the provider publishes: where each of those ranges is, but for the one of which nothing is known.
fn published() -> Vec<u8> {
    let tags: Vec<(String, &str, String)> = (INTERNAL..BACKENDS)
        .filter_map(|backend| Some((backend, region(backend)?)))
        .map(|(backend, region)| (format!("AzureCloud.{region}"), region, format!("20.{backend}.0.0/16")))
        .collect();
    let prefixes: Vec<[&str; 1]> = tags.iter().map(|(_, _, prefix)| [prefix.as_str()]).collect();
    let tags: Vec<(&str, &str, &[&str])> =
        tags.iter().zip(&prefixes).map(|((tag, region, _), prefix)| (tag.as_str(), *region, &prefix[..])).collect();
    azure_tags("Public", &tags)
}

/// Answers the addresses of the services.
#[derive(Debug)]
struct Names(HashMap<HostName, IpAddr>);

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, host: &HostName, _: u16) -> Result<Arc<Resolved>, ResolveError> {
        let address = self.0.get(host).ok_or(ResolveError::NoAnswer)?;
        Ok(Arc::new(vec![*address].into()))
    }
}

/// What this test expects of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Expected {
    status: u16,
    reason: Option<&'static str>,
    /// The row of the decision table, where one decides.
    row: Option<&'static str>,
}

fn expect(status: u16, reason: Option<&'static str>, row: Option<&'static str>) -> Expected {
    Expected { status, reason, row }
}

impl World {
    async fn start() -> Self {
        let hosts: Vec<String> = (0..BACKENDS).map(host).collect();
        let names: Vec<&str> = hosts.iter().map(String::as_str).collect();
        let certificate = TrialCertificate::for_hosts(&names).unwrap();
        let mut backends = Vec::new();
        for backend in 0..BACKENDS {
            let address = Ipv4Addr::new(127, 0, 20 + backend as u8, 1);
            backends.push(Backend::start_at(address, &certificate, &[b"http/1.1"]).await);
        }
        let mut members = Vec::new();
        for cell in 0..CELLS.len() {
            members.push(Self::member(cell, &certificate, &backends).await);
        }
        let mut world = Self { members, backends, places: places(), held: Vec::new() };
        world.introduce().await;
        world.connect().await;
        world
    }

    async fn member(cell: usize, certificate: &TrialCertificate, backends: &[Backend]) -> Member {
        let folder = tempfile::tempdir().unwrap();
        let mut config = support::config(folder.path());
        CELLS[cell].0.clone_into(&mut config.cell.name);
        CELLS[cell].1.clone_into(&mut config.cell.region);
        config.gateway.listen = SocketAddr::from((source(cell), 0));
        config.gateway.workers = std::num::NonZeroUsize::new(1);
        config.infrastructure.internal_hosts =
            (0..INTERNAL).map(|backend| format!("{}={}", host(backend), CELLS[backend].1)).collect();
        keys::private_folder(&config.data.dir).unwrap();
        let (now, bytes) = (SystemClock.now(), published());
        let ranges = Source::read(Kind::Azure, bytes.clone(), now, None).unwrap().published(now);
        Folder::in_data_folder(&config.data.dir).keep(&ranges, &bytes, Some(now), None).unwrap();
        let name = |backend| HostName::parse(&host(backend)).unwrap();
        let listeners = backends.iter().enumerate().map(|(number, backend)| (name(number), backend.address)).collect();
        let trial = certificate.way_out(&[]).unwrap();
        let dialler = Arc::new(FromCell { source: source(cell).into(), listeners, trial: trial.dialler });
        let resolver = Arc::new(Names((0..BACKENDS).map(|backend| (name(backend), address(backend))).collect()));
        let mut node = Node::start(&config, WayOut { resolver, dialler, ..trial }).await.unwrap();
        let administrator = node.first_token().unwrap();
        let mut member = Member { node, tokens: vec![administrator], _folder: folder };
        let mut tokens = Vec::new();
        for user in &CALLERS[..CALLERS.len() - 1] {
            let body = json!({"user": user, "app": "test", "scopes": ["call", "connections", "connectors"],
                "expires_in_seconds": 3_600});
            let made = member.made(Method::POST, "/tokens", body).await;
            tokens.push(made["token"].as_str().unwrap().to_owned());
        }
        member.made(Method::PUT, "/groups/field/members/member", json!({})).await;
        member.made(Method::PUT, "/roles/auditor/users/auditor", json!({})).await;
        member.tokens.splice(0..0, tokens);
        member
    }

    /// Every cell learns of the others, of the environments and of the connectors.
    async fn introduce(&self) {
        for (cell, member) in self.members.iter().enumerate() {
            for (other, peer) in self.members.iter().enumerate().filter(|(other, _)| *other != cell) {
                let (name, region, _) = CELLS[other];
                let body = json!({"name": name, "region": region, "gateway_url": peer.node.gateway_url()});
                member.made(Method::POST, "/cells", body).await;
            }
            let store = member.node.store();
            let tenant: TenantId = store.tenants(None, Limit::new(1)).await.unwrap()[0].id;
            for (number, place) in self.places.iter().enumerate() {
                let environment = Environment {
                    id: place.environment,
                    tenant,
                    name: format!("environment {number}"),
                    home: Region::new(place.home),
                    boundary: place.boundary.clone(),
                    egress: place.egress,
                    created_at: Timestamp::from_secs(1_800_000_000),
                };
                store.add_environment(&environment).await.unwrap();
            }
            for backend in 0..BACKENDS {
                let mut definition = definition();
                definition["host"] = host(backend).into();
                let package = archive(&[
                    ("apiDefinition.swagger.json", &definition.to_string()),
                    ("apiProperties.json", &properties().to_string()),
                    ("readme.md", "# Trial\n"),
                ]);
                let whose = if backend < INTERNAL {
                    "publisher=platform&infrastructure=internal"
                } else {
                    "publisher=verified&infrastructure=external"
                };
                let query = format!("{whose}&slug={}", connector(backend));
                let address = format!("http://{}/api/v1/connectors?{query}", member.node.console_address());
                let body = Some(("application/zip", package));
                client::json(Method::POST, &address, member.administrator(), body).await.unwrap();
            }
        }
    }

    /// Every cell inside an environment's boundary makes connections in it, and shares them; every cell outside is refused to,
    /// and learns where they are.
    async fn connect(&mut self) {
        for (place, facts) in self.places.iter().enumerate() {
            for (cell, (_, region, _)) in CELLS.iter().enumerate() {
                let member = &self.members[cell];
                for backend in 0..BACKENDS {
                    let body = json!({"environment": facts.environment.to_string(), "connector": connector(backend),
                        "name": "trial", "secrets": {"api_key": support::KEY}});
                    let owner = member.tokens[0].as_str();
                    let (status, answer) = member.api_as(owner, Method::POST, "/connections", Some(body)).await;
                    if facts.inside.contains(region) {
                        assert_eq!(status, 201, "{answer}");
                        let id = answer["id"].as_str().unwrap().to_owned();
                        for (kind, name) in [("user", "friend"), ("group", "field")] {
                            let path = format!("/connections/{id}/shares");
                            let share = json!({"kind": kind, "name": name});
                            let (status, answer) = member.api_as(owner, Method::POST, &path, Some(share)).await;
                            assert_eq!(status, 201, "{answer}");
                        }
                        self.held.push(Held { id, place, backend, cell });
                    } else {
                        assert_eq!((status, &answer["reason"]), (421, &json!("cell_outside")), "{answer}");
                        let home = self.members[home(facts)].node.gateway_url();
                        assert!(answer["help"].as_str().unwrap().contains(&home), "{answer}");
                    }
                }
            }
        }
        for held in &self.held {
            let place = &self.places[held.place];
            let regions = match &place.boundary {
                Boundary::List(regions) => regions.iter().map(ToString::to_string).collect(),
                _ => Vec::new(),
            };
            let entry = json!({"environment": place.environment.to_string(), "home": place.home,
                "boundary": place.boundary.as_str(), "regions": regions});
            for (cell, _) in CELLS.iter().enumerate().filter(|(_, (_, region, _))| !place.inside.contains(region)) {
                self.members[cell].made(Method::PUT, &format!("/directory/{}", held.id), entry.clone()).await;
            }
        }
    }

    /// What this test expects of a call, worked out from what is written down by hand.
    fn expected(&self, held: &Held, cell: usize, caller: usize) -> Expected {
        let place = &self.places[held.place];
        let refuses = place.egress == Egress::Refuse;
        if !place.inside.contains(&CELLS[cell].1) {
            return expect(421, Some("cell_outside"), Some("D04"));
        }
        if cell != held.cell {
            return expect(404, None, None);
        }
        if caller >= MAY_CALL {
            return expect(403, None, Some("D05"));
        }
        let is_inside = region(held.backend).map(|region| place.inside.contains(&region));
        match (held.backend < INTERNAL, is_inside) {
            (true, Some(true)) => expect(200, None, Some("D09")),
            (true, _) => expect(403, Some("internal_outside"), Some("D10")),
            (false, Some(true)) => expect(200, None, Some("D14")),
            (false, Some(false)) if refuses => expect(403, Some("endpoint_outside"), Some("D11")),
            (false, Some(false)) => expect(200, Some("endpoint_outside"), Some("D11")),
            (false, None) => {
                let row = if place.boundary == Boundary::Region { "D18" } else { "D20" };
                expect(if refuses { 403 } else { 200 }, Some("location_unknown"), Some(row))
            }
        }
    }

    /// One call; its identifier.
    async fn call(&self, held: &Held, cell: usize, caller: usize) -> String {
        let member = &self.members[cell];
        let path = format!("/apim/{}/{}/items", connector(held.backend), held.id);
        let request = Request::get(format!("{}{path}", member.node.gateway_url()))
            .header("authorization", format!("Bearer {}", member.tokens[caller]));
        let answer = client::send(request.body(Full::default()).unwrap()).await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (id, notice) = (header("x-backshell-call-id").unwrap(), header("x-backshell-notice"));
        let (status, code, body) = refusal(answer).await;
        let expected = self.expected(held, cell, caller);
        let whose = format!("{} {} {}: {body}", CELLS[cell].0, held.id, CALLERS[caller]);
        assert_eq!(status, expected.status, "{whose}");
        match (status, expected.row) {
            // What goes on although its place is outside or unknown is marked, and nothing else is.
            (200, _) => {
                let reason = notice.as_deref().and_then(|notice| notice.split(';').next());
                assert_eq!(reason, expected.reason, "{whose}");
            }
            (403, Some("D05")) => assert_eq!(code, "permission_denied", "{whose}"),
            _ => assert_eq!(body["reason"].as_str(), expected.reason, "{whose}"),
        }
        if status == 421 {
            let home = home(&self.places[held.place]);
            assert_eq!(body["home_cell"], self.members[home].node.gateway_url(), "{body}");
        }
        id
    }

    /// Everything that the ledger of a cell holds of one kind.
    async fn ledger(&self, cell: usize, kind: &str) -> Vec<Value> {
        let path = format!("/ledger/entries?kind={kind}&after=0&limit=1000");
        let (status, page) = self.members[cell].api(Method::GET, &path, None).await;
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().unwrap();
        assert!(items.len() < 1000, "the page does not hold everything");
        items.iter().map(|entry| entry["record"].clone()).collect()
    }
}

/// The cell in the home region.
fn home(place: &Place) -> usize {
    CELLS.iter().position(|(_, region, _)| *region == place.home).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_crosses_between_five_cells_in_two_geographies() {
    let world = World::start().await;
    let random = SeededRandom::new(2026);
    let draw = |below: usize| {
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % below as u64).unwrap()
    };
    let nowhere: Vec<usize> =
        (0..world.held.len()).filter(|held| region(world.held[*held].backend).is_none()).collect();
    let drawn: Vec<(usize, usize, usize)> = (0..CALLS)
        .map(|_| {
            // The one service of which nothing is known more often than one in eight.
            let held = if draw(5) == 0 { nowhere[draw(nowhere.len())] } else { draw(world.held.len()) };
            // As often at the cell that holds the connection as anywhere, and by somebody who may as by anybody: what comes
            // later in the order is reached as well.
            let cell = if draw(2) == 0 { world.held[held].cell } else { draw(CELLS.len()) };
            let caller = draw(if draw(2) == 0 { MAY_CALL } else { CALLERS.len() });
            (held, cell, caller)
        })
        .collect();
    let calls = futures_util::stream::iter(drawn.iter().map(|(held, cell, caller)| {
        let held = &world.held[*held];
        let (world, cell, caller) = (&world, *cell, *caller);
        async move { (world.call(held, cell, caller).await, held, cell, caller) }
    }));
    let calls: Vec<_> = calls.buffer_unordered(16).collect().await;

    // Sockets: who reached whom, and who may have.
    let mut may: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut outcomes: BTreeMap<(u16, Option<&str>), usize> = BTreeMap::new();
    for (_, held, cell, caller) in &calls {
        let Expected { status, row, .. } = world.expected(held, *cell, *caller);
        *outcomes.entry((status, row)).or_default() += 1;
        if status == 200 {
            *may.entry((*cell, held.backend)).or_default() += 1;
        }
    }
    let mut sockets: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (backend, listener) in world.backends.iter().enumerate() {
        for peer in listener.peers() {
            let cell = (0..CELLS.len()).find(|cell| peer == source(*cell)).expect("a connection from nowhere");
            *sockets.entry((cell, backend)).or_default() += 1;
        }
    }
    for ((cell, backend), count) in &sockets {
        assert!(may.contains_key(&(*cell, *backend)), "{count} sockets that no permitted call explains");
        if *backend < INTERNAL {
            assert_eq!(CELLS[*cell].2, CELLS[*backend].2, "{count} sockets cross from {cell} to {backend}");
        }
    }
    for (pair, permitted) in &may {
        assert!(sockets.get(pair).is_some_and(|count| count <= permitted), "{pair:?}: {permitted} calls, {sockets:?}");
    }
    let served: usize = world.backends.iter().map(|backend| backend.seen().len()).sum();
    assert_eq!(
        served,
        outcomes.iter().filter(|((status, _), _)| *status == 200).map(|(_, count)| count).sum::<usize>()
    );
    // Every answer of the table that there is here was drawn, in both settings where they differ.
    for outcome in [
        (421, Some("D04")),
        (404, None),
        (403, Some("D05")),
        (200, Some("D09")),
        (403, Some("D10")),
        (403, Some("D11")),
        (200, Some("D11")),
        (200, Some("D14")),
        (403, Some("D18")),
        (200, Some("D18")),
        (403, Some("D20")),
        (200, Some("D20")),
    ] {
        assert!(outcomes.get(&outcome).is_some_and(|count| *count >= 3), "too few of {outcome:?}: {outcomes:?}");
    }

    for cell in 0..CELLS.len() {
        evidence(&world, &calls, cell).await;
        custody(&world, cell).await;
    }
    say(&format!("{CALLS} calls: {outcomes:?}; sockets by (cell, back end): {sockets:?}"));
    for member in world.members {
        member.node.stop().await.unwrap();
    }
}

/// Each call is on record in the cell that was asked, with its row and reason, and with the range file where that decided.
async fn evidence(world: &World, calls: &[(String, &Held, usize, usize)], cell: usize) {
    let ranges = Source::read(Kind::Azure, published(), SystemClock.now(), None).unwrap();
    let ranges = json!([ranges.info().id.as_str()]);
    let records = world.ledger(cell, "decision").await;
    let by_call: HashMap<&str, &Value> =
        records.iter().map(|record| (record["call"].as_str().unwrap(), record)).collect();
    assert_eq!(by_call.len(), records.len());
    let mine: Vec<_> = calls.iter().filter(|(_, _, asked, _)| *asked == cell).collect();
    assert_eq!(mine.len(), records.len());
    for (call, held, _, caller) in mine {
        let (record, place) = (by_call[call.as_str()], &world.places[held.place]);
        let expected = world.expected(held, cell, *caller);
        let outcome = if expected.status == 200 { "allowed" } else { "refused" };
        assert_eq!(record["outcome"], outcome, "{record}");
        let boundary = &record["boundary"];
        if let Some(row) = expected.row {
            assert_eq!(boundary["row"], row, "{record}");
        }
        match expected.row {
            None => assert_eq!(record["code"], "unknown_connection"),
            Some("D04") => {
                assert_eq!(boundary["reason"], "cell_outside", "{record}");
                assert_eq!((&record["home"], &record["connection"]), (&json!(place.home), &json!(held.id)));
                for member in ["environment", "connector", "version", "operation", "policies", "host"] {
                    assert!(record.get(member).is_none(), "{member} of another cell's environment: {record}");
                }
            }
            Some("D05") => {
                assert_eq!(
                    (&record["code"], &boundary["reason"]),
                    (&json!("permission_denied"), &json!("not_permitted"))
                );
                assert!(record.get("host").is_none(), "nobody asked where it would go: {record}");
            }
            Some(_) => {
                let environment = json!(place.environment.to_string());
                assert_eq!(record["environment"], environment, "{record}");
                if let Some(reason) = expected.reason {
                    assert_eq!(boundary["reason"], reason, "{record}");
                }
                let pinned = json!([format!("{}:443", address(held.backend))]);
                assert_eq!((&record["host"], &record["addresses"]), (&json!(host(held.backend)), &pinned));
                match region(held.backend) {
                    Some(region) => assert_eq!(boundary["places"], json!([region]), "{record}"),
                    None => assert!(boundary.get("places").is_none() && boundary["grade"] == "N", "{record}"),
                }
                if held.backend >= INTERNAL && region(held.backend).is_some() {
                    assert_eq!((&boundary["grade"], &boundary["evidence"]), (&json!("R"), &ranges), "{record}");
                }
            }
        }
    }
}

/// What the database of a cell holds belongs to environments that the cell lies inside of.
async fn custody(world: &World, cell: usize) {
    let is_inside = |environment: &str| {
        let place = world.places.iter().find(|place| place.environment.to_string() == environment);
        // What the first start made is at home in the cell's own region.
        place.is_none_or(|place| place.inside.contains(&CELLS[cell].1))
    };
    for kind in ["act", "decision", "completion"] {
        for record in world.ledger(cell, kind).await {
            let environment = record.get("environment").map(|environment| environment.as_str().unwrap());
            assert!(environment.is_none_or(is_inside), "{kind} in {}: {record}", CELLS[cell].0);
        }
    }
    let store = world.members[cell].node.store();
    let connections = store.connections(&backshell_store::ConnectionFilter::default(), None, Limit::MAX).await.unwrap();
    assert!(connections.iter().all(|connection| is_inside(&connection.environment.to_string())));
    assert_eq!(connections.len(), world.held.iter().filter(|held| held.cell == cell).count());
    for place in &world.places {
        let has_key = store.data_key(place.environment).await.is_ok();
        assert_eq!(has_key, place.inside.contains(&CELLS[cell].1), "{} {}", CELLS[cell].0, place.home);
    }
}
