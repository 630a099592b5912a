//! A store that counts, blocks and fails as the test says, and records to write into it.

use async_trait::async_trait;
use backshell_boundary::{AllowedSet, CellIdentity, CellInside, cell_decision};
use backshell_ledger::{
    BoundaryOutcome, CellName, CompletionRecord, DecisionRecord, Ended, Ledger, LedgerError, Options, Receipt,
    RefusalRecord, Who,
};
use backshell_model::{
    AppName, Boundary, CallId, ConnectionId, ConnectorSlug, EnvironmentId, HostName, OperationId, PackageDigest,
    Region, Timestamp, TokenId, UserId,
};
use backshell_store::{Conflict, LedgerRepository, LedgerRow, Limit, Pseudonym, PseudonymRepository, StoreError};
use backshell_testkit::{MockClock, SeededRandom};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// A ledger repository in memory, instrumented.
#[derive(Debug)]
pub(crate) struct Repository {
    pub(crate) rows: Mutex<Vec<LedgerRow>>,
    /// How often `append` was called.
    pub(crate) appends: AtomicUsize,
    /// While true, `append` fails without writing.
    pub(crate) failing: AtomicBool,
    /// While true, `append` writes and then says that it failed.
    pub(crate) lying: AtomicBool,
    /// Every `append` takes one permit before it writes.
    pub(crate) gate: Semaphore,
    pub(crate) users: Mutex<HashMap<UserId, Pseudonym>>,
    /// How often a pseudonym was asked for.
    pub(crate) asked: AtomicUsize,
}

impl Repository {
    /// A store whose `append` does not block.
    pub(crate) fn open() -> Arc<Self> {
        let repository = Self::closed();
        repository.gate.add_permits(Semaphore::MAX_PERMITS / 2);
        repository
    }

    /// A store whose `append` blocks until the test adds permits to the gate.
    pub(crate) fn closed() -> Arc<Self> {
        Arc::new(Self {
            rows: Mutex::default(),
            appends: AtomicUsize::new(0),
            failing: AtomicBool::new(false),
            lying: AtomicBool::new(false),
            gate: Semaphore::new(0),
            users: Mutex::default(),
            asked: AtomicUsize::new(0),
        })
    }

    pub(crate) fn bodies(&self) -> Vec<serde_json::Value> {
        let rows = self.rows.lock().unwrap();
        rows.iter().filter_map(|row| row.body.as_deref()).map(|body| serde_json::from_str(body).unwrap()).collect()
    }

    pub(crate) fn holds_call(&self, call: CallId) -> bool {
        let call = call.to_string();
        self.bodies().iter().any(|body| body.get("call").is_some_and(|found| *found == call.as_str()))
    }
}

#[async_trait]
impl LedgerRepository for Repository {
    async fn append(&self, rows: &[LedgerRow]) -> Result<(), StoreError> {
        self.appends.fetch_add(1, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        if self.failing.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("the disk is full".to_owned()));
        }
        let mut stored = self.rows.lock().unwrap();
        for row in rows {
            if row.seq != stored.last().map_or(0, |last| last.seq) + 1 {
                return Err(Conflict::LedgerSequence.into());
            }
            stored.push(row.clone());
        }
        if self.lying.load(Ordering::SeqCst) { Err(StoreError::Busy) } else { Ok(()) }
    }

    async fn ledger_tail(&self) -> Result<Option<LedgerRow>, StoreError> {
        Ok(self.rows.lock().unwrap().last().cloned())
    }

    async fn ledger_rows(&self, after: i64, limit: Limit) -> Result<Vec<LedgerRow>, StoreError> {
        let rows = self.rows.lock().unwrap();
        Ok(rows.iter().filter(|row| row.seq > after).take(limit.get()).cloned().collect())
    }

    async fn ledger_rows_before(&self, before: Option<i64>, limit: Limit) -> Result<Vec<LedgerRow>, StoreError> {
        let rows = self.rows.lock().unwrap();
        let before = before.unwrap_or(i64::MAX);
        Ok(rows.iter().rev().filter(|row| row.seq < before).take(limit.get()).cloned().collect())
    }

    async fn blank_ledger_bodies(&self, seqs: &[i64]) -> Result<u64, StoreError> {
        let mut rows = self.rows.lock().unwrap();
        let blanked = rows.iter_mut().filter(|row| seqs.contains(&row.seq)).filter_map(|row| row.body.take());
        Ok(blanked.count() as u64)
    }
}

#[async_trait]
impl PseudonymRepository for Repository {
    async fn pseudonym(&self, user: &UserId, proposed: &Pseudonym) -> Result<Pseudonym, StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.users.lock().unwrap().entry(user.clone()).or_insert_with(|| proposed.clone()).clone())
    }

    async fn known_pseudonym(&self, user: &UserId) -> Result<Option<Pseudonym>, StoreError> {
        Ok(self.users.lock().unwrap().get(user).cloned())
    }

    async fn user_behind(&self, pseudonym: &Pseudonym) -> Result<Option<UserId>, StoreError> {
        let users = self.users.lock().unwrap();
        Ok(users.iter().find(|(_, known)| *known == pseudonym).map(|(user, _)| user.clone()))
    }

    async fn erase_pseudonym(&self, user: &UserId) -> Result<bool, StoreError> {
        Ok(self.users.lock().unwrap().remove(user).is_some())
    }
}

/// What one caller's records have in common.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) random: SeededRandom,
    pub(crate) user: UserId,
    pub(crate) app: AppName,
    pub(crate) token: TokenId,
    pub(crate) environment: EnvironmentId,
    pub(crate) inside: CellInside,
    pub(crate) connection: ConnectionId,
    pub(crate) connector: ConnectorSlug,
    pub(crate) version: PackageDigest,
    pub(crate) operation: OperationId,
    pub(crate) region: Region,
    pub(crate) host: HostName,
}

impl Scene {
    pub(crate) fn new() -> Arc<Self> {
        let random = SeededRandom::new(42);
        let now = Timestamp::from_secs(1_700_000_000);
        let environment = EnvironmentId::generate(now, &random);
        let region = Region::new("westeurope");
        let allowed = AllowedSet::within(environment, &region, &Boundary::Region).unwrap();
        let cell = CellIdentity::self_attested("cell-1", &region, now, &random);
        Arc::new(Self {
            user: UserId::new("alice@contoso.example").unwrap(),
            app: AppName::new("cli").unwrap(),
            token: TokenId::generate(now, &random),
            environment,
            inside: cell_decision(&cell, now, &allowed).unwrap(),
            connection: ConnectionId::generate(now, &random),
            connector: "contoso-crm".parse().unwrap(),
            version: PackageDigest([7; 32]),
            operation: OperationId::new("GetItem"),
            region,
            host: HostName::parse("api.contoso.com").unwrap(),
            random,
        })
    }

    pub(crate) fn call(&self) -> CallId {
        CallId::generate(Timestamp::from_secs(1_700_000_000), &self.random)
    }

    pub(crate) fn who(&self) -> Who<'_> {
        Who { user: &self.user, app: &self.app, token: self.token, issued_by: None }
    }

    pub(crate) fn cell(&self) -> CellName<'_> {
        CellName { name: "cell-1", region: &self.region }
    }

    pub(crate) fn decision(&self, call: CallId) -> DecisionRecord<'_> {
        DecisionRecord {
            call,
            who: self.who(),
            inside: &self.inside,
            connection: self.connection,
            connector: &self.connector,
            version: &self.version,
            operation: &self.operation,
            policies: vec!["owner-may-call"],
            home: &self.region,
            cell: self.cell(),
            boundary: BoundaryOutcome {
                row: "D20",
                reason: "location_unknown",
                grade: "N",
                notice: true,
                ..BoundaryOutcome::default()
            },
            host: &self.host,
            addresses: &[],
        }
    }

    pub(crate) fn completion(&self, call: CallId) -> CompletionRecord {
        CompletionRecord {
            call,
            environment: self.environment,
            status: Some(200),
            code: None,
            address: None,
            upstream_ms: 3,
            bytes_in: 10,
            bytes_out: 20,
            ended: Ended::Complete,
        }
    }

    pub(crate) fn refusal(&self, call: CallId) -> RefusalRecord<'_> {
        RefusalRecord::new(call, self.who(), self.cell(), "permission_denied")
    }

    pub(crate) async fn decide(&self, ledger: &Ledger) -> Result<Receipt, LedgerError> {
        ledger.decide(&self.decision(self.call())).await
    }
}

/// A ledger on `repository` at a clock that stands still.
pub(crate) async fn start(repository: &Arc<Repository>, options: Options) -> Ledger {
    start_at(repository, &Arc::new(MockClock::at(1_700_000_000)), options).await
}

/// As [`start`], with the test's own clock.
pub(crate) async fn start_at(repository: &Arc<Repository>, clock: &Arc<MockClock>, options: Options) -> Ledger {
    Ledger::start(repository.clone(), repository.clone(), clock.clone(), Arc::new(SeededRandom::new(5)), options)
        .await
        .unwrap()
}

/// Waits until `holds`; the bound is for what never comes, so it is far beyond what a busy machine needs.
pub(crate) async fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..60_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    panic!("not within a minute: {what}");
}

/// Fails when the chain does not verify.
pub(crate) async fn assert_intact(repository: &Repository) {
    let key = backshell_ledger::PublicKey::from_bytes(&[0; 32]).unwrap();
    let report = backshell_ledger::verify(repository, &[], &key).await.unwrap();
    assert!(report.is_intact(), "{report:?}");
}
