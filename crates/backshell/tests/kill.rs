//! `kill -9` under load, a hundred times over the same data: whatever was acknowledged is there afterwards.
//!
//! Each round puts load on a cell of its own process, kills it at a random moment, starts it again and looks. Now and then
//! the kill comes while the cell starts, or while it stops in good order and signs its last checkpoint.
//!
//! `BACKSHELL_TEST_SEED` repeats the random choices of a run, `BACKSHELL_TEST_ROUNDS` makes it longer or shorter.

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

use backshell::config::Config;
use backshell::{client, keys};
use backshell_ledger::{VerifyReport, parse_checkpoints, verify};
use backshell_model::Random;
use backshell_store::SqliteStore;
use backshell_testkit::SeededRandom;
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::process::Process;
use support::say;

const ROUNDS: u64 = 100;
/// How often the chain is verified and the cell stopped in good order, rounds.
const VERIFY_EVERY: u64 = 10;
const CALLERS: usize = 4;
/// One after the other, each is in the middle of a write most of the time.
const WRITERS: usize = 3;

#[expect(clippy::disallowed_methods, reason = "how a person repeats or lengthens this test; nothing of the product")]
fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}

/// A number from `from` to `to`.
fn between(random: &SeededRandom, from: u64, to: u64) -> u64 {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    from + u64::from_le_bytes(bytes) % (to - from + 1)
}

/// What the cell said yes to, over all rounds.
#[derive(Default)]
struct Acknowledged {
    /// Calls that were answered 200.
    calls: BTreeSet<String>,
    /// Environments by name.
    environments: BTreeSet<String>,
    /// Tokens by the name of their app; whether they were revoked.
    tokens: BTreeMap<String, bool>,
    /// Shares by the user's name; whether they were taken back.
    shares: BTreeMap<String, bool>,
    writes: u64,
}

/// What one round adds.
#[derive(Clone)]
struct Load {
    gateway: String,
    api: String,
    token: String,
    connection: String,
    connector: String,
    acknowledged: Arc<Mutex<Acknowledged>>,
    /// Answers that are neither yes nor the end of the connection, by status.
    odd: Arc<Mutex<BTreeMap<u16, u64>>>,
    numbers: Arc<AtomicU64>,
}

impl Load {
    async fn send(&self, method: Method, address: &str, body: Option<Value>) -> anyhow::Result<Response<Incoming>> {
        let mut builder =
            Request::builder().method(method).uri(address).header("authorization", format!("Bearer {}", self.token));
        if body.is_some() {
            builder = builder.header("content-type", "application/json");
        }
        let bytes = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        client::send(builder.body(Full::new(bytes)).unwrap()).await
    }

    /// Calls until the cell is gone.
    async fn call(self, number: usize) {
        let paths = ["account", "workorders?status=open", "workorders/WO-1001", "workorders"];
        let path =
            format!("{}/apim/{}/{}/{}", self.gateway, self.connector, self.connection, paths[number % paths.len()]);
        while let Ok(response) = self.send(Method::GET, &path, None).await {
            if response.status() == 200 {
                let call = response.headers()["x-backshell-call-id"].to_str().unwrap().to_owned();
                self.acknowledged.lock().unwrap().calls.insert(call);
            } else {
                *self.odd.lock().unwrap().entry(response.status().as_u16()).or_default() += 1;
            }
            if response.into_body().collect().await.is_err() {
                return;
            }
        }
    }

    /// Whether a write was acknowledged; `None` when the cell is gone.
    async fn write(&self, method: Method, path: &str, body: Option<Value>) -> Option<bool> {
        let response = self.send(method, &format!("{}{path}", self.api), body).await.ok()?;
        let status = response.status();
        if status.is_success() {
            self.acknowledged.lock().unwrap().writes += 1;
        } else {
            *self.odd.lock().unwrap().entry(status.as_u16()).or_default() += 1;
        }
        Some(status.is_success())
    }

    /// Writes until the cell is gone. What it does not hear of again may have happened or not, and is forgotten.
    async fn write_on(self) {
        while self.write_once().await.is_some() {}
    }

    async fn write_once(&self) -> Option<()> {
        let number = self.numbers.fetch_add(1, Ordering::SeqCst);
        let name = format!("n-{number}");
        match number % 3 {
            0 => {
                let body = json!({"name": name, "home": "westeurope", "boundary": "geography"});
                if self.write(Method::POST, "/environments", Some(body)).await? {
                    self.acknowledged.lock().unwrap().environments.insert(name);
                }
            }
            1 => {
                let body = json!({"app": name, "scopes": ["call"], "expires_in_seconds": 86_400});
                let address = format!("{}/tokens", self.api);
                let response = self.send(Method::POST, &address, Some(body)).await.ok()?;
                if response.status() != 201 {
                    *self.odd.lock().unwrap().entry(response.status().as_u16()).or_default() += 1;
                    return Some(());
                }
                {
                    let mut acknowledged = self.acknowledged.lock().unwrap();
                    acknowledged.tokens.insert(name.clone(), false);
                    acknowledged.writes += 1;
                }
                let body = response.into_body().collect().await.ok()?.to_bytes();
                let made: Value = serde_json::from_slice(&body).unwrap();
                if number.is_multiple_of(2) {
                    let path = format!("/tokens/{}", made["access_token"]["id"].as_str().unwrap());
                    self.acknowledged.lock().unwrap().tokens.remove(&name);
                    if self.write(Method::DELETE, &path, None).await? {
                        self.acknowledged.lock().unwrap().tokens.insert(name, true);
                    }
                }
            }
            _ => {
                let path = format!("/connections/{}/shares", self.connection);
                if self.write(Method::POST, &path, Some(json!({"kind": "user", "name": name}))).await? {
                    self.acknowledged.lock().unwrap().shares.insert(name.clone(), false);
                    // Most are taken back, so that the snapshot stays small.
                    if !number.is_multiple_of(8) {
                        self.acknowledged.lock().unwrap().shares.remove(&name);
                        if self.write(Method::DELETE, &format!("{path}/user/{name}"), None).await? {
                            self.acknowledged.lock().unwrap().shares.insert(name, true);
                        }
                    }
                }
            }
        }
        Some(())
    }
}

/// What a cell shows of itself after a restart.
struct Shown<'p> {
    cell: &'p Process,
}

impl Shown<'_> {
    async fn get(&self, path: &str) -> Value {
        client::json(Method::GET, &format!("{}/api/v1{path}", self.cell.console), &self.cell.token, None).await.unwrap()
    }

    /// Every entry of a list.
    async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.get(&format!("{path}?limit=1000{after}")).await;
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next"].as_str() else { return items };
            after = format!("&after={next}");
        }
    }
}

/// What was read of the ledger so far.
#[derive(Default)]
struct Read {
    after: i64,
    decisions: BTreeSet<String>,
    completions: u64,
    /// Apps of tokens whose making is on record.
    tokens_made: BTreeSet<String>,
    /// Identifiers of environments whose making is on record.
    environments_made: BTreeSet<String>,
    shares_made: u64,
}

impl Read {
    /// Reads what came since the last time.
    async fn on(&mut self, shown: &Shown<'_>) {
        loop {
            let page = shown.get(&format!("/ledger/entries?after={}&limit=1000", self.after)).await;
            let items = page["items"].as_array().unwrap();
            for entry in items {
                assert_eq!(entry["seq"].as_i64().unwrap(), self.after + 1, "the ledger has a gap");
                self.after += 1;
                let record = &entry["record"];
                let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
                match entry["kind"].as_str().unwrap() {
                    "decision" => drop(self.decisions.insert(text("call"))),
                    "completion" => self.completions += 1,
                    "act" => match text("act").as_str() {
                        "token.create" => {
                            let app = record.pointer("/details/app").and_then(Value::as_str).unwrap_or_default();
                            self.tokens_made.insert(app.to_owned());
                        }
                        "environment.create" => drop(self.environments_made.insert(text("subject"))),
                        "connection.share" => self.shares_made += 1,
                        _ => {}
                    },
                    _ => {}
                }
            }
            if items.is_empty() {
                return;
            }
        }
    }
}

/// Everything that was acknowledged is there, and on record.
async fn check(cell: &Process, acknowledged: &Acknowledged, ledger: &mut Read) {
    let shown = Shown { cell };
    ledger.on(&shown).await;
    let lost: Vec<&String> = acknowledged.calls.difference(&ledger.decisions).collect();
    assert!(lost.is_empty(), "{} calls were answered 200 and are not on record: {lost:?}", lost.len());

    let environments: BTreeMap<String, String> = shown
        .all("/environments")
        .await
        .iter()
        .map(|item| (item["name"].as_str().unwrap().to_owned(), item["id"].as_str().unwrap().to_owned()))
        .collect();
    for name in &acknowledged.environments {
        let id = environments.get(name).unwrap_or_else(|| panic!("the environment {name} is lost"));
        assert!(ledger.environments_made.contains(id), "the making of the environment {name} is not on record");
    }

    let tokens: BTreeMap<String, bool> = shown
        .all("/tokens")
        .await
        .iter()
        .map(|item| (item["app"].as_str().unwrap().to_owned(), !item["revoked_at"].is_null()))
        .collect();
    for (app, revoked) in &acknowledged.tokens {
        assert_eq!(tokens.get(app), Some(revoked), "the token of {app}: revoked, as acknowledged and as shown");
        assert!(ledger.tokens_made.contains(app), "the making of the token of {app} is not on record");
    }

    let shares: BTreeSet<String> = shown
        .all(&format!("/connections/{}/shares", cell.connection))
        .await
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect();
    for (name, taken_back) in &acknowledged.shares {
        assert_eq!(shares.contains(name), !taken_back, "the share with {name}");
    }
    assert!(ledger.shares_made >= acknowledged.shares.len() as u64, "shares are not on record");
}

/// What `backshell ledger verify` does, over the same files.
async fn verify_chain(data: &Path) -> VerifyReport {
    let mut config = Config::default();
    config.data.dir = data.to_owned();
    let text = std::fs::read_to_string(keys::checkpoint_file(&config)).unwrap();
    let key = keys::read_public_key(&keys::checkpoint_public_key_file(&config)).unwrap();
    let store = SqliteStore::open(&data.join("backshell.db")).await.unwrap();
    let report = verify(&store, &parse_checkpoints(&text), &key).await.unwrap();
    backshell_store::Store::close(&store).await;
    assert!(report.is_intact(), "the ledger does not hold: {report:#?}");
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_cell_has_lost_nothing_that_it_acknowledged() {
    let rounds = number("BACKSHELL_TEST_ROUNDS").unwrap_or(ROUNDS);
    let seed = number("BACKSHELL_TEST_SEED").unwrap_or_else(|| {
        let mut bytes = [0; 8];
        backshell::system::SystemRandom.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    });
    say(&format!("BACKSHELL_TEST_SEED={seed} repeats the random choices of this run"));
    let random = SeededRandom::new(seed);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    let odd = Arc::new(Mutex::new(BTreeMap::new()));
    let numbers = Arc::new(AtomicU64::new(0));
    let mut ledger = Read::default();
    let (mut kills_at_start, mut kills_at_stop, mut stops) = (0_u64, 0_u64, 0_u64);
    let began = Instant::now();

    let mut cell = Process::start(&data).await;
    for round in 1..=rounds {
        let load = Load {
            gateway: cell.gateway.clone(),
            api: format!("{}/api/v1", cell.console),
            token: cell.token.clone(),
            connection: cell.connection.clone(),
            connector: cell.connector.clone(),
            acknowledged: Arc::clone(&acknowledged),
            odd: Arc::clone(&odd),
            numbers: Arc::clone(&numbers),
        };
        let mut tasks: Vec<_> = (0..CALLERS).map(|number| tokio::spawn(load.clone().call(number))).collect();
        tasks.extend((0..WRITERS).map(|_| tokio::spawn(load.clone().write_on())));
        tokio::time::sleep(Duration::from_millis(between(&random, 20, 400))).await;
        if round % 5 == 0 {
            kills_at_stop += 1;
            cell.order_to_stop();
            tokio::time::sleep(Duration::from_millis(between(&random, 0, 60))).await;
        }
        cell.kill();
        for task in tasks {
            task.await.unwrap();
        }

        if round % 4 == 0 {
            kills_at_start += 1;
            Process::start_and_kill(&data, Duration::from_millis(between(&random, 0, 150))).await;
        }
        cell = Process::start(&data).await;
        // Nobody writes while the cell is looked at.
        let so_far = std::mem::take(&mut *acknowledged.lock().unwrap());
        check(&cell, &so_far, &mut ledger).await;
        *acknowledged.lock().unwrap() = so_far;
        if round % VERIFY_EVERY == 0 || round == rounds {
            let records = verify_chain(&data).await.records;
            assert!(records >= ledger.after.unsigned_abs(), "{records} records, and {} were read", ledger.after);
            // The last checkpoint of a cell that stops in good order anchors everything before it.
            cell.stop().await;
            stops += 1;
            let report = verify_chain(&data).await;
            assert!(report.checkpoints >= stops, "{report:?}");
            assert_eq!(report.anchored_to, report.last_seq, "{report:?}");
            cell = Process::start(&data).await;
        }
    }
    cell.stop().await;
    let report = verify_chain(&data).await;

    let acknowledged = acknowledged.lock().unwrap();
    let revoked = acknowledged.tokens.values().filter(|revoked| **revoked).count();
    let taken_back = acknowledged.shares.values().filter(|taken_back| **taken_back).count();
    say(&format!(
        "{rounds} kills under load ({kills_at_stop} of them while it stopped), {kills_at_start} more while it started, in {:.0} s",
        began.elapsed().as_secs_f64()
    ));
    say(&format!(
        "acknowledged and there: {} calls with their decisions ({} decisions, {} completions in all), {} API writes: {} \
         environments, {} tokens made, {revoked} of them revoked, {} shares made, {taken_back} of them taken back",
        acknowledged.calls.len(),
        ledger.decisions.len(),
        ledger.completions,
        acknowledged.writes,
        acknowledged.environments.len(),
        acknowledged.tokens.len(),
        acknowledged.shares.len(),
    ));
    say(&format!(
        "ledger intact: {} records, {} checkpoints, anchored to record {}; other answers: {:?}",
        report.records,
        report.checkpoints,
        report.anchored_to,
        odd.lock().unwrap()
    ));
    // A load that never got through would let everything above pass.
    assert!(acknowledged.calls.len() as u64 >= 5 * rounds, "too few calls got through");
    assert!(acknowledged.writes >= 2 * rounds, "too few writes got through");
}
