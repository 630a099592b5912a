//! Strict mode: the decision of a call is on disk before the service sees anything of it.
//!
//! Once inside one process, where the way into the database can be held, counted and broken; and once from outside, where
//! `strace` sees every flush.

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
#![cfg(test)]

mod support;

use async_trait::async_trait;
use backshell::client;
use backshell::system::{SystemClock, SystemRandom};
use backshell::trial::TrialCertificate;
use backshell_boundary::{CellIdentity, NoEvidence};
use backshell_gateway::{Gateway, Parts, Serving, Settings};
use backshell_ledger::{Checkpoints, Ledger, Options, PublicKey, generate_signing_key, parse_checkpoints, verify};
use backshell_model::{Clock, Random, Region, SecretBytes};
use backshell_store::{LedgerRepository, LedgerRow, Limit, SqliteStore, Store, StoreError};
use backshell_vault::{KeyEncryptionKey, Vault};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::process::{Process, example};
use support::{Cell, HOST, refusal};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// The way into the ledger's table, with a gate in front and a counter behind.
#[derive(Debug)]
struct Gate {
    store: Arc<SqliteStore>,
    open: watch::Sender<bool>,
    broken: AtomicBool,
    /// Decisions to send that are on disk.
    decided: AtomicU64,
}

impl Gate {
    fn decided(&self) -> u64 {
        self.decided.load(Ordering::SeqCst)
    }
}

/// Whether a row says that a call may be sent.
fn is_decision(row: &LedgerRow) -> bool {
    let body: Value = serde_json::from_str(row.body.as_deref().unwrap()).unwrap();
    row.kind == "decision" && body["outcome"] == "allowed"
}

#[async_trait]
impl LedgerRepository for Gate {
    async fn append(&self, rows: &[LedgerRow]) -> Result<(), StoreError> {
        self.open.subscribe().wait_for(|open| *open).await.unwrap();
        if self.broken.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("the test broke it".to_owned()));
        }
        self.store.append(rows).await?;
        let decided = rows.iter().filter(|row| is_decision(row)).count() as u64;
        self.decided.fetch_add(decided, Ordering::SeqCst);
        Ok(())
    }

    async fn ledger_tail(&self) -> Result<Option<LedgerRow>, StoreError> {
        self.store.ledger_tail().await
    }

    async fn ledger_rows(&self, after: i64, limit: Limit) -> Result<Vec<LedgerRow>, StoreError> {
        self.store.ledger_rows(after, limit).await
    }

    async fn ledger_rows_before(&self, before: Option<i64>, limit: Limit) -> Result<Vec<LedgerRow>, StoreError> {
        self.store.ledger_rows_before(before, limit).await
    }

    async fn blank_ledger_bodies(&self, seqs: &[i64]) -> Result<u64, StoreError> {
        self.store.blank_ledger_bodies(seqs).await
    }
}

/// Decisions on disk at the time of each request, in the order in which the service saw the requests.
type Arrivals = Arc<Mutex<Vec<u64>>>;

/// A gateway whose way into the ledger the test holds.
struct Rig {
    gate: Arc<Gate>,
    arrivals: Arrivals,
    connections: Arc<AtomicU64>,
    serving: Serving,
    ledger: Ledger,
    public_key: PublicKey,
    address: String,
    token: String,
    folder: TempDir,
}

impl Rig {
    /// `patience` is how long a decision may wait for the disk.
    async fn start(patience: Duration) -> Self {
        // A whole node makes the data, as in production; then its parts are put together anew over them.
        let Cell { folder, config, node, certificate, token, connection, .. } = Cell::start().await;
        node.stop().await.unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let store = Arc::new(SqliteStore::open(&config.data.dir.join("backshell.db")).await.unwrap());
        let gate = Arc::new(Gate {
            store: Arc::clone(&store),
            open: watch::channel(true).0,
            broken: AtomicBool::new(false),
            decided: AtomicU64::new(0),
        });
        let key = generate_signing_key(&*random).unwrap();
        let public_key = PublicKey::of_signing_key(&key).unwrap();
        let checkpoints = Some(Checkpoints::new(folder.path().join("checkpoints.jsonl"), key));
        let options = Options { patience, checkpoints, ..Options::default() };
        let (rows, pseudonyms) = (Arc::clone(&gate) as _, Arc::clone(&store) as _);
        let ledger = Ledger::start(rows, pseudonyms, Arc::clone(&clock), Arc::clone(&random), options).await.unwrap();

        let arrivals = Arrivals::default();
        let connections = Arc::new(AtomicU64::new(0));
        let service = serve(&certificate, Arc::clone(&gate), Arc::clone(&arrivals), Arc::clone(&connections)).await;
        let way_out = certificate.way_out(&[(HOST, service)]).unwrap();
        let master = SecretBytes::new(std::fs::read(config.data.dir.join("master.key")).unwrap());
        let key = KeyEncryptionKey::from_file(master.expose()).unwrap();
        let gateway = Gateway::open(Parts {
            settings: Settings::new(CellIdentity::self_attested(
                "cell-1",
                &Region::new("westeurope"),
                clock.now(),
                &*random,
            )),
            store,
            vault: Arc::new(Vault::new(key, Arc::clone(&random))),
            ledger: ledger.clone(),
            resolver: way_out.resolver,
            dialler: way_out.dialler,
            evidence: Arc::new(NoEvidence),
            clock,
            random,
        })
        .await
        .unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let serving = Serving::start(&gateway, listener, None, NonZeroUsize::new(2).unwrap()).unwrap();
        let address = format!("http://{}/apim/trial-service/{connection}/items", serving.address());
        Self { gate, arrivals, connections, serving, ledger, public_key, address, token, folder }
    }

    async fn call(&self) -> Response<Incoming> {
        call(&self.address, &self.token).await
    }

    fn arrivals(&self) -> Vec<u64> {
        self.arrivals.lock().unwrap().clone()
    }

    /// Stops everything and looks at the ledger: the chain holds, and what was sent has a completion, but for those that
    /// are counted as lost, and nothing else has.
    /// How many calls have a decision.
    async fn end(self) -> u64 {
        let serving = self.serving;
        tokio::task::spawn_blocking(move || serving.stop()).await.unwrap();
        self.ledger.shutdown().await;
        let text = std::fs::read_to_string(self.folder.path().join("checkpoints.jsonl")).unwrap();
        let report = verify(&*self.gate, &parse_checkpoints(&text), &self.public_key).await.unwrap();
        assert!(report.is_intact(), "{report:#?}");
        let rows = self.gate.ledger_rows(0, Limit::MAX).await.unwrap();
        assert!(rows.len() < Limit::MAX.get(), "more rows than are looked at");
        let completions = rows.iter().filter(|row| row.kind == "completion").count() as u64;
        let sent = self.arrivals.lock().unwrap().len() as u64;
        assert_eq!(completions + self.ledger.metrics().lost_completions, sent);
        let decided = self.gate.decided();
        self.gate.store.close().await;
        decided
    }
}

async fn call(address: &str, token: &str) -> Response<Incoming> {
    let request = Request::get(address).header("authorization", format!("Bearer {token}"));
    client::send(request.body(Full::new(Bytes::new())).unwrap()).await.unwrap()
}

/// A service that asks, at each request, how many decisions are on disk.
async fn serve(
    certificate: &TrialCertificate,
    gate: Arc<Gate>,
    arrivals: Arrivals,
    connections: Arc<AtomicU64>,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(certificate.server(&[b"http/1.1"]).unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            connections.fetch_add(1, Ordering::SeqCst);
            let (acceptor, gate, arrivals) = (acceptor.clone(), Arc::clone(&gate), Arc::clone(&arrivals));
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = service_fn(move |_: Request<Incoming>| {
                    // The lock makes the order of arrivals and of readings one and the same.
                    let mut arrivals = arrivals.lock().unwrap();
                    arrivals.push(gate.decided());
                    drop(arrivals);
                    async { Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"{}")))) }
                });
                drop(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_while_the_decision_is_not_on_disk() {
    let rig = Rig::start(Duration::from_secs(10)).await;
    rig.gate.open.send_replace(false);
    let (address, token) = (rig.address.clone(), rig.token.clone());
    let waiting = tokio::spawn(async move { call(&address, &token).await.status() });
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(!waiting.is_finished(), "the call was answered before its decision was on disk");
    assert_eq!(rig.connections.load(Ordering::SeqCst), 0, "not even a connection may be opened");
    assert!(rig.arrivals().is_empty());
    rig.gate.open.send_replace(true);
    assert_eq!(waiting.await.unwrap(), 200);
    assert_eq!(rig.arrivals(), [1]);
    assert_eq!(rig.end().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_comes_after_its_decision() {
    const ONE_BY_ONE: u64 = 50;
    const TASKS: u64 = 16;
    const EACH: u64 = 20;
    let rig = Rig::start(Duration::from_secs(10)).await;
    for _ in 0..ONE_BY_ONE {
        assert_eq!(rig.call().await.status(), 200);
    }
    let in_turn: Vec<u64> = (1..=ONE_BY_ONE).collect();
    assert_eq!(rig.arrivals(), in_turn, "one call at a time: the k-th request finds k decisions");
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (address, token) = (rig.address.clone(), rig.token.clone());
        tasks.spawn(async move {
            for _ in 0..EACH {
                let response = call(&address, &token).await;
                assert_eq!(response.status(), 200);
                response.into_body().collect().await.unwrap();
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let arrivals = rig.arrivals();
    assert_eq!(arrivals.len() as u64, ONE_BY_ONE + TASKS * EACH);
    for (index, decided) in arrivals.iter().enumerate() {
        let request = index as u64 + 1;
        assert!(*decided >= request, "at request {request} only {decided} decisions were on disk");
    }
    assert_eq!(rig.end().await, ONE_BY_ONE + TASKS * EACH);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_cannot_be_written_stops_calls_until_it_can() {
    let rig = Rig::start(Duration::from_secs(10)).await;
    assert_eq!(rig.call().await.status(), 200);
    rig.gate.broken.store(true, Ordering::SeqCst);
    for _ in 0..5 {
        let (status, code, body) = refusal(rig.call().await).await;
        assert_eq!((status, code.as_str()), (503, "ledger_unavailable"), "{body}");
    }
    assert_eq!(rig.arrivals(), [1], "what is not on record was sent");
    assert!(!rig.ledger.metrics().healthy);
    rig.gate.broken.store(false, Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(rig.call().await.status(), 200);
    }
    assert_eq!(rig.arrivals(), [1, 2, 3, 4]);
    assert!(rig.ledger.metrics().healthy);
    assert_eq!(rig.end().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_too_slow_refuses_and_what_it_writes_late_was_not_sent() {
    let rig = Rig::start(Duration::from_millis(300)).await;
    assert_eq!(rig.call().await.status(), 200);
    rig.gate.open.send_replace(false);
    let (status, code, _) = refusal(rig.call().await).await;
    assert_eq!((status, code.as_str()), (503, "ledger_unavailable"));
    rig.gate.open.send_replace(true);
    assert_eq!(rig.call().await.status(), 200);
    // The late decision is there, and nothing was sent on it; that it has no completion shows it.
    assert_eq!(rig.arrivals(), [1, 3]);
    assert_eq!(rig.end().await, 3);
}

/// The clock of `strace -ttt`: microseconds since 1970, as seconds with six decimals.
fn micros(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_call_flushes_the_database_before_it_is_answered() {
    const CALLS: usize = 50;
    if Command::new("strace").arg("-V").output().is_err() {
        support::skip("strace is not installed; `make setup` installs it");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-ttt", "-e", "trace=fdatasync,fsync", "-o"]).arg(&trace);
    command.arg(example()).arg(folder.path().join("data"));
    let cell = Process::run(command).await;
    let address = format!("{}/apim/{}/{}/account", cell.gateway, cell.connector, cell.connection);
    let mut calls = Vec::new();
    for _ in 0..CALLS {
        let began = SystemClock.now().as_micros();
        let response = call(&address, &cell.token).await;
        assert_eq!(response.status(), 200);
        calls.push((began, SystemClock.now().as_micros()));
        response.into_body().collect().await.unwrap();
    }
    cell.stop().await;

    let text = std::fs::read_to_string(&trace).unwrap();
    let flushes: Vec<i64> = text
        .lines()
        // A call that another thread interrupts has two lines; the first has the name and when it began.
        .filter(|line| line.contains("sync(") && line.contains("/backshell.db-wal>"))
        .map(|line| micros(line.split_whitespace().nth(1).unwrap()))
        .collect();
    let (first, last) = (calls[0].0, calls[CALLS - 1].1);
    let during = flushes.iter().filter(|at| (first..=last).contains(at)).count();
    let bare = calls.iter().filter(|(from, to)| !flushes.iter().any(|at| (from..=to).contains(&at))).count();
    support::say(&format!("{CALLS} calls one after the other: {during} flushes of the write-ahead log while they ran"));
    assert!(during >= CALLS, "{during} flushes for {CALLS} calls\n{text}");
    assert_eq!(bare, 0, "{bare} calls were answered without a flush between their beginning and their answer");
}
