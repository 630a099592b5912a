//! A listener inside, where credentials could be had for the asking, is never reached: over generated combinations of
//! name servers that rebind, mix, chain and hide, of redirects, of hosts that callers choose, of forged headers, and with
//! the usual proxy variables pointing at it.
//!
//! The test starts itself once more with those variables set. Everything local can be dialled there for real; only the
//! public addresses of the test's names are led to its back end.

#![allow(
    clippy::allow_attributes,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict; it opens its own connections and starts itself with an environment"
)]

mod support;

use async_trait::async_trait;
use backshell::client;
use backshell::node::Node;
use backshell::trial::TrialCertificate;
use backshell::way_out::WayOut;
use backshell_model::{EnvironmentId, HostName, Random};
use backshell_testkit::hickory_proto::rr::RecordType;
use backshell_testkit::{DnsAnswer, DnsQuestion, DnsServer, SeededRandom};
use backshell_upstream::trial::{TrialDialler, TrialMap};
use backshell_upstream::{Dialled, Dialler, DnsResolver, PinnedDialler};
use http::{Method, Request};
use http_body_util::Full;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rustls::ClientConfig;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use support::backend::Backend;
use support::{Cell, KEY, refusal, say};

/// Names the port of the listener to the run that has the proxy variables.
const PORT: &str = "BACKSHELL_TEST_INSIDE_PORT";
/// Stands before the number of combinations that the run with the proxy variables made.
const DONE: &str = "the inside was not reached by ";
/// The fewest combinations that show anything.
const FEWEST: usize = 2_000;
/// What the test itself says to the listener, to see that it listens.
const CONTROL: &[u8] = b"control";
/// Combinations that are worked through at the same time, each over a host of its own.
const LANES: usize = 8;
const LOOK_UPS: usize = 1_400;
const REDIRECTS: usize = 500;
const CHOICES: usize = 300;

#[test]
fn the_inside_is_never_reached() {
    if let Ok(port) = std::env::var(PORT) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(combinations(port.parse().unwrap()));
        return;
    }
    let (port, listening) = listener();
    let proxy = format!("http://127.0.0.1:{port}");
    let mut run = std::process::Command::new(std::env::current_exe().unwrap());
    run.args(["--exact", "the_inside_is_never_reached", "--nocapture"]).env(PORT, port.to_string());
    for name in ["http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "no_proxy"] {
        let value = if name == "no_proxy" { "" } else { &proxy };
        run.env(name, value).env(name.to_uppercase(), value);
    }
    let run = run.output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    say(&format!("{said}{}", String::from_utf8_lossy(&run.stderr)));
    // The listener counts: this connection is seen, and no other was.
    TcpStream::connect(("127.0.0.1", port)).unwrap().write_all(CONTROL).unwrap();
    let reached = listening.join().unwrap();
    assert_eq!(reached, Vec::<String>::new(), "the inside was reached");
    assert!(run.status.success(), "the run with proxy variables failed");
    // A run that found no test to run would have succeeded, too.
    let counted = said.lines().find_map(|line| line.rsplit_once(DONE)?.1.split_once(' ')?.0.parse().ok());
    let counted: usize = counted.unwrap_or_else(|| panic!("the run did not say how many combinations it made"));
    assert!(counted >= FEWEST, "{counted} combinations");
}

/// Listens on all local addresses until the test's own connection comes; tells what came before.
fn listener() -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("[::]:0").or_else(|_| TcpListener::bind("0.0.0.0:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    let listening = std::thread::spawn(move || {
        let mut reached = Vec::new();
        loop {
            let (mut stream, from) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let mut said = [0; 64];
            let length = stream.read(&mut said).unwrap_or(0);
            if &said[..length] == CONTROL {
                return reached;
            }
            reached.push(format!("{from}: {}", String::from_utf8_lossy(&said[..length])));
        }
    });
    (port, listening)
}

// ---- the network -----------------------------------------------------------------------------------------------------

/// Addresses that lead inside, in every form an answer can have.
const INSIDE: [&str; 32] = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.5",
    "172.16.0.9",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "169.254.170.2",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
    "2606:2800:1::5efe:7f00:1",
    "fe80::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
];

/// Names that lead inside.
const INSIDE_NAMES: [&str; 8] = [
    "localhost",
    "api.localhost",
    "metadata.google.internal",
    "kubernetes.default.svc",
    "printer.local",
    "router.home.arpa",
    "intranet",
    "127.0.0.1",
];

fn public(number: usize, v6: bool) -> IpAddr {
    let text = if v6 { format!("2606:2800:220:1::{:x}", number + 1) } else { format!("93.184.215.{}", number + 1) };
    text.parse().unwrap()
}

fn is_public(address: IpAddr) -> bool {
    (0..40).any(|number| address == public(number, address.is_ipv6()))
}

/// Leads the public addresses of the test (and those of its internal service) to its back end and dials everything else for real.
#[derive(Debug)]
struct Network {
    real: PinnedDialler,
    /// Trusts the back end's certificate.
    trial: TrialDialler,
    backend: SocketAddr,
    /// An internal service that the back end stands for, too.
    service: Option<IpAddr>,
    strays: Mutex<Vec<IpAddr>>,
}

#[async_trait]
impl Dialler for Network {
    async fn dial(&self, host: &HostName, port: u16, addresses: &[SocketAddr]) -> io::Result<Dialled> {
        let pinned = addresses[0];
        if is_public(pinned.ip()) || self.service == Some(pinned.ip()) {
            return Ok(Dialled { stream: tokio::net::TcpStream::connect(self.backend).await?, pinned });
        }
        self.strays.lock().unwrap().push(pinned.ip());
        self.real.dial(host, port, addresses).await
    }

    fn tls(&self, environment: EnvironmentId) -> Arc<ClientConfig> {
        self.trial.tls(environment)
    }
}

/// The way out of a cell in this network, and what is at its end.
async fn outside(
    zone: Arc<Zone>,
    service: Option<IpAddr>,
) -> (DnsServer, Arc<Network>, WayOut, TrialCertificate, Backend) {
    let server = DnsServer::start(move |question| Some(zone.answer(question))).await.unwrap();
    let certificate = TrialCertificate::for_hosts(&["*.tenants.example.com"]).unwrap();
    let backend = Backend::start(&certificate, &[b"http/1.1"]).await;
    let real = PinnedDialler::new(Duration::from_secs(5)).unwrap();
    let trusted = std::slice::from_ref(certificate.certificate());
    let trial = TrialDialler::new(Arc::new(TrialMap::new()), trusted).unwrap();
    let network = Arc::new(Network { real, trial, backend: backend.address, service, strays: Mutex::default() });
    let resolver = Arc::new(DnsResolver::with_servers(&[server.address()]).unwrap());
    let way_out = WayOut { resolver, dialler: Arc::clone(&network) as _, system_servers: Vec::new() };
    (server, network, way_out, certificate, backend)
}

// ---- the name server -------------------------------------------------------------------------------------------------

/// What a lane's name has at the moment.
#[derive(Clone, Debug, Default)]
struct Names {
    /// The aliases, one leading to the next.
    chain: Vec<String>,
    /// Whether the last alias leads back to the first.
    looped: bool,
    /// Whether each answer tells one step only.
    stepwise: bool,
    addresses: Vec<IpAddr>,
    /// What the addresses are from the second question of a family on.
    then: Option<IpAddr>,
}

impl Names {
    fn generated(random: &Dice, lane: usize) -> Self {
        let steps = if random.below(3) == 0 { random.below(11) } else { 0 };
        let mut chain: Vec<String> = (0..steps).map(|step| format!("s{step}.lane{lane}.hosting.example")).collect();
        if random.below(10) == 0 {
            chain.push(INSIDE_NAMES[random.below(INSIDE_NAMES.len())].to_owned());
        }
        let outside = [0, 1, 1, 1, 2, 3, 17][random.below(7)];
        let inside = [0, 0, 0, 1, 1, 2][random.below(6)];
        let mut addresses: Vec<IpAddr> = Vec::new();
        for number in 0..outside {
            addresses.push(public(number, random.below(2) == 0));
        }
        for _ in 0..inside {
            addresses.insert(random.below(addresses.len() + 1), INSIDE[random.below(INSIDE.len())].parse().unwrap());
        }
        Self {
            looped: !chain.is_empty() && random.below(12) == 0,
            chain,
            stepwise: random.below(2) == 0,
            addresses,
            then: (random.below(2) == 0).then(|| INSIDE[random.below(17)].parse().unwrap()),
        }
    }

    /// What must become of a call, by the rules as they are told, not as they are built.
    fn expected(&self) -> &'static str {
        let mut distinct = self.addresses.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let inside = distinct.iter().filter(|address| !is_public(**address)).count();
        if self.looped || self.chain.len() > 8 || self.chain.iter().any(|name| INSIDE_NAMES.contains(&name.as_str())) {
            "chain"
        } else if distinct.is_empty() {
            "no_answer"
        } else if distinct.len() > 16 {
            "too_many"
        } else if inside == distinct.len() {
            "addr_refused"
        } else if inside > 0 {
            "mixed_answers"
        } else {
            "ok"
        }
    }

    fn answer(&self, host: &str, question: &DnsQuestion, again: bool) -> DnsAnswer {
        let mut names = vec![host.to_owned()];
        names.extend(self.chain.iter().cloned());
        if self.looped {
            names.push(host.to_owned());
        }
        let mut answer = DnsAnswer::new();
        let from = names.iter().position(|name| *name == question.name).unwrap_or(names.len() - 1);
        for step in names[from..].windows(2) {
            answer = answer.alias(&step[0], 0, &step[1]);
            if self.stepwise {
                return answer.unfinished();
            }
        }
        let then = self.then.filter(|_| again);
        let now = if let Some(then) = &then { std::slice::from_ref(then) } else { &self.addresses[..] };
        let wanted = |address: &&IpAddr| address.is_ipv4() == (question.kind == RecordType::A);
        let owner = names.last().unwrap();
        now.iter().filter(wanted).fold(answer, |answer, address| answer.address(owner, 0, *address))
    }
}

/// The lanes' names and how often each question was asked since they were set.
#[derive(Debug, Default)]
struct Zone(Mutex<BTreeMap<usize, (Names, Asked)>>);
/// The ids of the questions by what was asked: a name and a record type.
type Asked = BTreeMap<String, BTreeSet<u16>>;

impl Zone {
    fn set(&self, lane: usize, names: Names) {
        self.0.lock().unwrap().insert(lane, (names, BTreeMap::new()));
    }

    fn answer(&self, question: &DnsQuestion) -> DnsAnswer {
        let lane = (0..LANES).find(|lane| question.name.contains(&format!("lane{lane}.")));
        let Some(lane) = lane else { return DnsAnswer::no_such_name() };
        let mut zone = self.0.lock().unwrap();
        let Some((names, asked)) = zone.get_mut(&lane) else { return DnsAnswer::no_such_name() };
        let asked = asked.entry(format!("{} {:?}", question.name, question.kind)).or_default();
        asked.insert(question.id);
        names.answer(&host(lane), question, asked.len() > 1)
    }
}

fn host(lane: usize) -> String {
    format!("lane{lane}.tenants.example.com")
}

/// Numbers from a seed.
struct Dice(SeededRandom);

impl Dice {
    fn below(&self, limit: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % limit as u64).unwrap()
    }
}

// ---- internal services -----------------------------------------------------------------------------------------------

/// An administrator's entry lets one host have one private network, in one environment.
#[tokio::test(flavor = "multi_thread")]
async fn a_private_service_is_reached_by_its_entry_only() {
    let service: IpAddr = "10.20.0.7".parse().unwrap();
    let zone = Arc::new(Zone::default());
    let (_server, network, way_out, certificate, backend) = outside(Arc::clone(&zone), Some(service)).await;
    let folder = tempfile::tempdir().unwrap();
    let mut config = support::config(folder.path());
    let mut node = Node::start(&config, way_out.clone()).await.unwrap();
    let token = node.first_token().unwrap();
    let cell = Cell { folder, config: config.clone(), node, backend, certificate, token, connection: String::new() };
    let mut world = World::of(cell, Arc::clone(&zone), 443).await;
    let environment = world.cell.get("/environments").await["items"][0]["id"].as_str().unwrap().to_owned();
    let call = async |world: &World, lane: usize, address: &str| {
        world.zone.set(lane, Names { addresses: vec![address.parse().unwrap()], ..Names::default() });
        let answer = world.call("lanes", &world.lanes[lane], "/items", &[]).await;
        if answer.status == 200 { "ok".to_owned() } else { answer.reason }
    };
    assert_eq!(call(&world, 0, "10.20.0.7").await, "addr_refused", "without an entry");

    let World {
        cell: Cell { folder, node, backend, certificate, token, connection, .. }, lanes, choosing, port, ..
    } = world;
    node.stop().await.unwrap();
    config.infrastructure.private_services = vec![format!("{}:443=10.20.0.0/24@{environment}", host(0))];
    let node = Node::start(&config, way_out).await.unwrap();
    let cell = Cell { folder, config, node, backend, certificate, token, connection };
    world = World { cell, zone, lanes, choosing, port };
    assert_eq!(call(&world, 0, "10.20.0.7").await, "ok");
    for (lane, address) in [
        (1, "10.20.0.7"),
        (0, "10.20.1.7"),
        (0, "127.0.0.1"),
        (0, "169.254.169.254"),
        (0, "fd00:ec2::254"),
        (0, "::ffff:10.20.0.7"),
    ] {
        assert_eq!(call(&world, lane, address).await, "addr_refused", "{lane} {address}");
    }
    assert_eq!(*network.strays.lock().unwrap(), Vec::<IpAddr>::new());
    world.cell.node.stop().await.unwrap();
}

// ---- the combinations ------------------------------------------------------------------------------------------------

/// Waits until the node has looked at every host that was approved by connecting it. The next looks are due in an hour or
/// later; what the names do until then is for calls alone to notice.
async fn looked_at(cell: &Cell) {
    for _ in 0..600 {
        let shown = cell.get("/connectors/lanes/verification").await;
        let items = shown["items"].as_array().unwrap();
        if items.iter().filter(|item| item["check"] == "bars").count() == LANES {
            let held: Vec<_> = items.iter().filter(|item| item["outcome"] == "suspended").collect();
            assert!(held.is_empty(), "{held:?}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the node did not look at the hosts that were approved");
}

struct World {
    cell: Cell,
    zone: Arc<Zone>,
    /// Connections by lane, and one whose callers choose the host.
    lanes: Vec<String>,
    choosing: String,
    port: u16,
}

async fn combinations(port: u16) {
    let zone = Arc::new(Zone::default());
    let (server, network, way_out, certificate, backend) = outside(Arc::clone(&zone), None).await;
    let folder = tempfile::tempdir().unwrap();
    let config = support::config(folder.path());
    let mut node = Node::start(&config, way_out).await.unwrap();
    let token = node.first_token().unwrap();
    let cell = Cell { folder, config, node, backend, certificate, token, connection: String::new() };
    let world = Arc::new(World::of(cell, zone, port).await);

    let seen: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
    let done = Arc::new(AtomicUsize::new(0));
    let mut lanes = tokio::task::JoinSet::new();
    for lane in 0..LANES {
        let (world, seen, done) = (Arc::clone(&world), Arc::clone(&seen), Arc::clone(&done));
        lanes.spawn(async move {
            let dice = Dice(SeededRandom::new(0x1ce_b00d + lane as u64));
            let share = |all: usize| all.div_ceil(LANES);
            let kinds = [(share(LOOK_UPS), 0), (share(REDIRECTS), 1), (share(CHOICES), 2)];
            for (count, kind) in kinds {
                for _ in 0..count {
                    let outcome = match kind {
                        0 => world.look_up(lane, &dice).await,
                        1 => world.redirect(lane, &dice).await,
                        _ => world.choice(lane, &dice).await,
                    };
                    done.fetch_add(1, Ordering::SeqCst);
                    *seen.lock().unwrap().entry(outcome).or_default() += 1;
                }
            }
        });
    }
    lanes.join_all().await;
    let (done, seen) = (done.load(Ordering::SeqCst), seen.lock().unwrap().clone());
    say(&format!("{DONE}{done} combinations: {seen:?}"));
    assert!(done >= FEWEST);
    // Each kind of outcome was met, so the generator reaches all of the checks.
    for outcome in ["ok", "no_answer", "chain", "too_many", "addr_refused", "mixed_answers", "redirect_host"] {
        assert!(seen.get(outcome).is_some_and(|count| *count >= 10), "{outcome}: {seen:?}");
    }
    assert_eq!(*network.strays.lock().unwrap(), Vec::<IpAddr>::new(), "addresses inside were dialled");
    let strangers: Vec<_> = server.asked().into_iter().filter(|question| !question.name.contains("lane")).collect();
    assert_eq!(strangers, [], "names that nobody certified were looked up");
    Arc::into_inner(world).unwrap().cell.node.stop().await.unwrap();
}

impl World {
    async fn of(mut cell: Cell, zone: Arc<Zone>, port: u16) -> Self {
        let own = format!("https://@connectionParameters('tenant').tenants.example.com:{port}/v1");
        cell.publish(&definition("Lanes"), &properties(&own)).await;
        cell.publish(&definition("Choosing"), &properties(&format!("https://@headers('X-Target'):{port}/v1"))).await;
        let mut lanes = Vec::new();
        for lane in 0..LANES {
            zone.set(lane, Names { addresses: vec![public(0, false)], ..Names::default() });
            let settings = json!({"tenant": format!("lane{lane}")});
            lanes.push(cell.connect("lanes", settings, json!({"api_key": KEY})).await);
        }
        looked_at(&cell).await;
        let choosing = cell.connect("choosing", json!({"tenant": "x"}), json!({"api_key": KEY})).await;
        cell.connection.clone_from(&choosing);
        Self { cell, zone, lanes, choosing, port }
    }

    /// A call; its status, the code and the reason of a refusal, and where it sends the caller.
    async fn call(&self, connector: &str, connection: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let uri = format!("http://{}/apim/{connector}/{connection}{path}", self.cell.node.gateway_address());
        let mut request = Request::builder().method(Method::GET).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header("authorization", format!("Bearer {}", self.cell.token));
        let response = client::send(request.body(Full::default()).unwrap()).await.unwrap();
        let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        assert!(location.is_none_or(|location| location.starts_with("/apim/")), "the answer leads out of the gateway");
        let (status, code, body) = refusal(response).await;
        Answer { status, code, reason: body["reason"].as_str().unwrap_or_default().to_owned() }
    }

    /// What callers like to add so that somebody on the way sends them elsewhere.
    fn forged(&self, dice: &Dice) -> (&'static str, String) {
        let inside = format!("127.0.0.1:{}", self.port);
        match dice.below(6) {
            0 => ("x-forwarded-host", inside),
            1 => ("forwarded", format!("host={inside}")),
            2 => ("x-original-url", format!("http://{inside}/")),
            3 => ("proxy", format!("http://{inside}/")),
            4 => ("x-host", inside),
            _ => ("x-nothing", "1".to_owned()),
        }
    }

    async fn look_up(&self, lane: usize, dice: &Dice) -> String {
        let names = Names::generated(dice, lane);
        self.zone.set(lane, names.clone());
        let (name, value) = self.forged(dice);
        let answer = self.call("lanes", &self.lanes[lane], "/items", &[(name, &value)]).await;
        let expected = names.expected();
        if expected == "ok" {
            assert_eq!(answer.status, 200, "{names:?}: {answer:?}");
        } else {
            assert_eq!((answer.status, answer.code.as_str()), (502, "endpoint_blocked"), "{names:?}: {answer:?}");
            assert_eq!(answer.reason, expected, "{names:?}");
        }
        expected.to_owned()
    }

    async fn redirect(&self, lane: usize, dice: &Dice) -> String {
        self.zone.set(lane, Names { addresses: vec![public(0, false)], ..Names::default() });
        let front =
            ["http://", "https://", "//", "HTTPS://", "\\\\", "/\\", "https:", "https:/", "ftp://", "https:\\\\"];
        let users = ["", "", "", "user:pw@", "lane0.tenants.example.com@", "lane0.tenants.example.com%40"];
        let ports = [String::new(), format!(":{}", self.port), ":443".to_owned(), ":80".to_owned()];
        let front = front[dice.below(front.len())];
        let (user, port) = (users[dice.below(users.len())], &ports[dice.below(ports.len())]);
        let link = format!("{front}{user}{}{port}/latest/meta-data/", written(dice));
        let status = [301, 302, 303, 307, 308][dice.below(5)];
        let path = format!("/redirect?status={status}&to={}", utf8_percent_encode(&link, NON_ALPHANUMERIC));
        let answer = self.call("lanes", &self.lanes[lane], &path, &[]).await;
        assert_eq!((answer.status, answer.code.as_str()), (502, "endpoint_blocked"), "{link}: {answer:?}");
        answer.reason
    }

    /// The caller names the host, with what is certified around it.
    async fn choice(&self, lane: usize, dice: &Dice) -> String {
        let inside = written(dice);
        let certified = host(lane);
        let target = match dice.below(7) {
            0 => inside,
            1 => format!("{certified}@{inside}"),
            2 => format!("{inside}/{certified}"),
            3 => format!("{inside}#.{certified}"),
            4 => format!("{inside}?.{certified}"),
            5 => format!("{inside}\\.{certified}"),
            _ => format!("https://{inside}"),
        };
        let answer = self.call("choosing", &self.choosing, "/items", &[("x-target", &target)]).await;
        assert!(matches!(answer.status, 400 | 403), "{target}: {answer:?}");
        format!("chosen {}", answer.code)
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    code: String,
    reason: String,
}

/// A host inside in one of the ways in which it can be written.
fn written(dice: &Dice) -> String {
    let spelt = [
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "017700000001",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "0",
        "localhost.",
        "127.0.0.1.nip.example",
        "127%2e0%2e0%2e1",
        "evil.example",
    ];
    let address = INSIDE[dice.below(INSIDE.len())];
    match dice.below(3) {
        0 if address.contains(':') => format!("[{address}]"),
        0 => address.to_owned(),
        1 => INSIDE_NAMES[dice.below(INSIDE_NAMES.len())].to_owned(),
        _ => spelt[dice.below(spelt.len())].to_owned(),
    }
}

fn definition(title: &str) -> Value {
    let operation = |id: &str| {
        json!({"get": {"operationId": id, "summary": id, "description": format!("{id}."),
        "responses": {"200": {"description": "Done."}}}})
    };
    let mut definition = support::definition();
    definition["info"]["title"] = json!(title);
    definition["paths"] = json!({"/items": operation("ListItems"), "/redirect": operation("Redirect")});
    definition
}

fn properties(template: &str) -> Value {
    let mut properties = support::properties();
    properties["properties"]["connectionParameters"]["tenant"] = json!({"type": "string", "uiDefinition": {
        "displayName": "Tenant", "description": "The tenant.", "tooltip": "The tenant", "constraints": {"required": "true"}}});
    properties["properties"]["policyTemplateInstances"] = json!([{"templateId": "dynamichosturl", "title": "host",
        "parameters": {"x-ms-apimTemplateParameter.urlTemplate": template}}]);
    properties
}
