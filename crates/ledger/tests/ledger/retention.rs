//! Retention and erasure on the real database: bodies go, the chain stays.

use crate::common::Scene;
use backshell_ledger::{
    ActRecord, BoundaryOutcome, DecisionRecord, Ledger, Options, PublicKey, Retention, VerifyReport, due, erase_user,
    retain, verify,
};
use backshell_model::{AccessToken, Clock, Scopes, TokenHash};
use backshell_store::{
    AccessRepository, LedgerRepository, LedgerRow, Limit, PseudonymRepository, RetentionRepository, SqliteStore,
};
use backshell_testkit::{MockClock, SeededRandom};
use std::sync::Arc;

const DAY: i64 = 24 * 60 * 60;

struct Cell {
    store: Arc<SqliteStore>,
    ledger: Ledger,
    clock: Arc<MockClock>,
    scene: Arc<Scene>,
}

impl Cell {
    async fn new() -> Self {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        let clock = Arc::new(MockClock::at(1_700_000_000));
        let random = Arc::new(SeededRandom::new(5));
        let ledger =
            Ledger::start(store.clone(), store.clone(), clock.clone(), random, Options::default()).await.unwrap();
        Self { store, ledger, clock, scene: Scene::new() }
    }

    /// An allowed call with its completion, one by a grant, a refusal and an act.
    async fn one_of_each(&self) {
        let Self { ledger, scene, .. } = self;
        let receipt = scene.decide(ledger).await.unwrap();
        ledger.complete(scene.completion(receipt.call()));
        let boundary =
            BoundaryOutcome { row: "D12", reason: "crossing_granted", ..scene.decision(scene.call()).boundary };
        drop(ledger.decide(&DecisionRecord { boundary, ..scene.decision(scene.call()) }).await.unwrap());
        ledger.refusal(scene.refusal(scene.call())).await.unwrap();
        ledger.act(ActRecord::done(None, "environment.create", "env_1")).await.unwrap();
    }

    async fn rows(&self) -> Vec<LedgerRow> {
        self.store.ledger_rows(0, Limit::MAX).await.unwrap()
    }

    /// The kinds of the records that have a body, oldest first.
    async fn kept(&self) -> Vec<String> {
        let rows = self.rows().await;
        let of = |row: &LedgerRow| format!("{}{}", row.kind, if is_refused(row) { " refused" } else { "" });
        rows.iter().filter(|row| row.body.is_some()).map(of).collect()
    }

    async fn verify(&self) -> VerifyReport {
        let key = PublicKey::from_bytes(&[0; 32]).unwrap();
        verify(self.store.as_ref(), &[], &key).await.unwrap()
    }
}

fn is_refused(row: &LedgerRow) -> bool {
    row.body.as_deref().is_some_and(|body| body.contains("\"outcome\":\"refused\""))
}

#[tokio::test]
async fn bodies_go_when_their_time_is_over_and_the_chain_stays() {
    let cell = Cell::new().await;
    let (retention, store) = (Retention::default(), cell.store.clone());
    cell.one_of_each().await;
    assert_eq!(due(&*store, retention, cell.clock.now()).await.unwrap(), (0, 0));

    cell.clock.advance(90 * DAY);
    let run = retain(&cell.ledger, &*store, retention, cell.clock.now(), None).await.unwrap();
    assert_eq!(run.erased(), 0, "ninety days are kept");
    cell.clock.advance(1);
    assert_eq!(due(&*store, retention, cell.clock.now()).await.unwrap(), (2, 0));
    let run = retain(&cell.ledger, &*store, retention, cell.clock.now(), None).await.unwrap();
    assert_eq!((run.calls, run.audit, run.scrubbed), (2, 0, true));
    let acts = ["act"; 4];
    let kept = [["genesis", "decision", "decision refused", "act"].as_slice(), &acts].concat();
    assert_eq!(cell.kept().await, kept, "the grant, the refusal and the acts; and two records of each run");
    let report = cell.verify().await;
    assert!(report.is_intact(), "{report:?}");
    assert_eq!((report.records, report.erased_bodies), (10, 2));

    cell.clock.advance(310 * DAY);
    let run = retain(&cell.ledger, &*store, retention, cell.clock.now(), None).await.unwrap();
    assert_eq!((run.calls, run.audit), (0, 3));
    assert_eq!(cell.kept().await, [["genesis"].as_slice(), &["act"; 6]].concat());
    let report = cell.verify().await;
    assert!(report.is_intact(), "{report:?}");
    assert_eq!(report.erased_bodies, 5);
    let rows = cell.rows().await;
    let last = rows.last().unwrap().body.as_deref().unwrap();
    assert!(last.contains(r#""act":"ledger.retained""#) && last.contains(r#""calls":"0","audit":"3""#), "{last}");
    let begun = rows[rows.len() - 2].body.as_deref().unwrap();
    assert!(begun.contains(r#""act":"ledger.retain""#) && begun.contains(r#""calls_before":"2024-"#), "{begun}");
}

#[tokio::test]
async fn a_large_ledger_is_dealt_with_in_batches_and_only_once() {
    let cell = Cell::new().await;
    for _ in 0..300 {
        cell.one_of_each().await;
    }
    cell.clock.advance(91 * DAY);
    let retention = Retention::default();
    let run = retain(&cell.ledger, &*cell.store, retention, cell.clock.now(), None).await.unwrap();
    assert_eq!(run.calls, 600);
    let mark = cell.store.retention_mark("calls").await.unwrap();
    assert_eq!(mark, 1 + 300 * 5, "what is young is looked at again");
    let run = retain(&cell.ledger, &*cell.store, retention, cell.clock.now(), None).await.unwrap();
    assert_eq!(run.erased(), 0);
    assert!(cell.verify().await.is_intact());
}

#[tokio::test]
async fn a_clock_that_was_wrong_erases_nothing_young_and_blocks_nothing_old() {
    let cell = Cell::new().await;
    cell.one_of_each().await;
    cell.clock.advance(1_000 * DAY);
    cell.one_of_each().await;
    cell.clock.advance(-1_000 * DAY);
    cell.one_of_each().await;
    cell.clock.advance(91 * DAY);
    let retention = Retention::default();
    let run = retain(&cell.ledger, &*cell.store, retention, cell.clock.now(), None).await.unwrap();
    assert_eq!(run.calls, 4, "those before and those after");
    cell.clock.advance(1_000 * DAY);
    let run = retain(&cell.ledger, &*cell.store, retention, cell.clock.now(), None).await.unwrap();
    assert_eq!(run.calls, 2, "and the others when they are old");
    assert!(cell.verify().await.is_intact());
}

#[tokio::test]
async fn an_erased_users_records_stay_and_are_nobodys() {
    let cell = Cell::new().await;
    let Cell { store, ledger, scene, clock, .. } = &cell;
    cell.one_of_each().await;
    let before = store.known_pseudonym(&scene.user).await.unwrap().unwrap();
    let token = AccessToken {
        id: scene.token,
        hash: TokenHash([1; 32]),
        user: scene.user.clone(),
        issued_by: scene.user.clone(),
        app: scene.app.clone(),
        scopes: Scopes::NONE,
        environment: None,
        created_at: clock.now(),
        expires_at: clock.now().plus_secs(60),
        revoked_at: None,
    };
    store.add_token(&token).await.unwrap();

    let erasure = erase_user(ledger, &**store, &scene.user, clock.now()).await.unwrap();
    assert!(erasure.pseudonym && erasure.found() && erasure.scrubbed);
    assert_eq!((erasure.tokens, erasure.left.tokens), (0, 1), "a token that is in use is not taken away");
    assert_eq!(store.user_behind(&before).await.unwrap(), None);

    clock.advance(60);
    let again = erase_user(ledger, &**store, &scene.user, clock.now()).await.unwrap();
    assert!(!again.pseudonym && again.found());
    assert_eq!(again.tokens, 1, "an expired one would still say whose the records are");
    assert!(again.left.is_empty());
    assert!(!erase_user(ledger, &**store, &scene.user, clock.now()).await.unwrap().found());

    // Later calls stand under another name, and nothing links the two.
    cell.one_of_each().await;
    let after = store.known_pseudonym(&scene.user).await.unwrap().unwrap();
    assert_ne!(before, after);
    let rows = cell.rows().await;
    let named =
        |name: &str| rows.iter().filter(|row| row.body.as_deref().is_some_and(|body| body.contains(name))).count();
    assert_eq!((named(before.as_str()), named(after.as_str())), (3, 3));
    assert!(cell.verify().await.is_intact());
}
