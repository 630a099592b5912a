//! A decision returns when it is on disk and not before; many decisions share one transaction; when nothing can be
//! written, nothing is acknowledged.

use crate::common::{Repository, Scene, assert_intact, eventually, start, start_at};
use backshell_ledger::{ActRecord, LedgerError, Mode, Options};
use backshell_testkit::MockClock;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[tokio::test]
async fn a_decision_does_not_return_before_its_append_returned() {
    let (repository, scene) = (Repository::closed(), Scene::new());
    repository.gate.add_permits(1); // The first row of the chain.
    let ledger = start(&repository, Options::default()).await;
    let call = scene.call();
    let deciding = tokio::spawn({
        let (ledger, scene) = (ledger.clone(), scene.clone());
        async move { ledger.decide(&scene.decision(call)).await }
    });
    eventually("the append has begun", || repository.appends.load(Ordering::SeqCst) == 2).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!deciding.is_finished(), "acknowledged while the append is still running");
    assert!(!repository.holds_call(call));

    repository.gate.add_permits(1);
    let receipt = deciding.await.unwrap().unwrap();
    assert!(repository.holds_call(call));
    assert_eq!((receipt.call(), receipt.connection(), receipt.seq()), (call, scene.connection, Some(2)));
    assert_eq!(receipt.host(), &scene.host);
}

#[tokio::test]
async fn decisions_that_wait_together_are_written_together() {
    let (repository, scene) = (Repository::closed(), Scene::new());
    repository.gate.add_permits(1);
    let ledger = start(&repository, Options::default()).await;
    let decide = |call| {
        let (ledger, scene) = (ledger.clone(), scene.clone());
        tokio::spawn(async move { ledger.decide(&scene.decision(call)).await })
    };
    // One append is held up before anybody else comes; how quickly the writer woke for it must not matter.
    let calls = (0..64).map(|_| scene.call()).collect::<Vec<_>>();
    let (first, others) = calls.split_first().unwrap();
    let mut deciding = vec![decide(*first)];
    eventually("the first group is being appended", || repository.appends.load(Ordering::SeqCst) == 2).await;
    deciding.extend(others.iter().copied().map(decide));
    eventually("everybody else waits", || ledger.metrics().waiting == 63).await;
    repository.gate.add_permits(64);
    for decided in deciding {
        drop(decided.await.unwrap().unwrap());
    }
    let appends = repository.appends.load(Ordering::SeqCst) - 1;
    assert_eq!(appends, 2, "one group for the first, one for all that waited");
    assert!(calls.iter().all(|call| repository.holds_call(*call)), "something acknowledged is missing");
    let metrics = ledger.metrics();
    assert_eq!((metrics.records, metrics.groups), (64, u64::try_from(appends).unwrap()));
}

#[tokio::test]
async fn a_failing_append_fails_closed_and_the_ledger_recovers_with_the_store() {
    let (repository, scene) = (Repository::open(), Scene::new());
    let ledger = start(&repository, Options::default()).await;
    let before = scene.call();
    drop(ledger.decide(&scene.decision(before)).await.unwrap());

    repository.failing.store(true, Ordering::SeqCst);
    let call = scene.call();
    let error = ledger.decide(&scene.decision(call)).await.unwrap_err();
    assert!(matches!(error, LedgerError::Unavailable { .. }), "{error}");
    assert_eq!(error.code(), "ledger_unavailable");
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert!(ledger.act(ActRecord::done(None, "environment.created", "env_1")).await.is_err());
    assert!(ledger.refusal(scene.refusal(scene.call())).await.is_err());
    ledger.complete(scene.completion(before));
    let failed = ledger.metrics().failed_groups;
    eventually("the completion is tried", || ledger.metrics().failed_groups > failed).await;
    assert!(!ledger.metrics().healthy);
    assert!(!repository.holds_call(call));

    repository.failing.store(false, Ordering::SeqCst);
    // Before the completion or behind it.
    assert!(matches!(scene.decide(&ledger).await.unwrap().seq(), Some(3 | 4)));
    assert!(ledger.metrics().healthy);
    ledger.shutdown().await;
    let completed = repository.bodies().iter().filter(|body| body["ended"] == "complete").count();
    assert_eq!(
        (completed, ledger.metrics().lost_completions),
        (1, 0),
        "the completion is written when that is possible"
    );
    assert_intact(&repository).await;
}

#[tokio::test]
async fn completions_wait_for_the_store_and_are_written_once() {
    let (repository, scene) = (Repository::open(), Scene::new());
    let options = Options { tick: Duration::from_millis(5), ..Options::default() };
    let ledger = start(&repository, options).await;
    let calls = [scene.call(), scene.call(), scene.call()];
    for call in calls {
        drop(ledger.decide(&scene.decision(call)).await.unwrap());
    }
    // The first is written although the store says otherwise; the store then fails for good with the second.
    repository.lying.store(true, Ordering::SeqCst);
    ledger.complete(scene.completion(calls[0]));
    eventually("it is written", || repository.rows.lock().unwrap().len() == 5).await;
    repository.failing.store(true, Ordering::SeqCst);
    repository.lying.store(false, Ordering::SeqCst);
    ledger.complete(scene.completion(calls[1]));
    let failed = ledger.metrics().failed_groups;
    eventually("the second is tried in vain, again and again", || ledger.metrics().failed_groups > failed + 3).await;
    repository.failing.store(false, Ordering::SeqCst);
    // No other record comes to bring the writer by.
    eventually("the second is written", || repository.rows.lock().unwrap().len() == 6).await;
    ledger.complete(scene.completion(calls[2]));
    ledger.shutdown().await;
    let bodies = repository.bodies();
    for call in calls {
        let call = call.to_string();
        let completions = bodies.iter().filter(|body| body["call"] == call.as_str() && body["ended"] == "complete");
        assert_eq!(completions.count(), 1);
    }
    assert_eq!(ledger.metrics().lost_completions, 0);
    assert_intact(&repository).await;
}

#[tokio::test]
async fn completions_that_were_never_written_are_counted_at_the_end() {
    let (repository, scene) = (Repository::open(), Scene::new());
    let ledger = start(&repository, Options::default()).await;
    let call = scene.call();
    drop(ledger.decide(&scene.decision(call)).await.unwrap());
    repository.failing.store(true, Ordering::SeqCst);
    ledger.complete(scene.completion(call));
    ledger.shutdown().await;
    assert_eq!(ledger.metrics().lost_completions, 1);
    repository.failing.store(false, Ordering::SeqCst);
    assert_intact(&repository).await;
}

#[tokio::test]
async fn a_group_that_was_written_although_the_store_said_otherwise_does_not_break_the_chain() {
    let (repository, scene) = (Repository::open(), Scene::new());
    let ledger = start(&repository, Options::default()).await;
    repository.lying.store(true, Ordering::SeqCst);
    assert!(scene.decide(&ledger).await.is_err());
    repository.lying.store(false, Ordering::SeqCst);
    assert_eq!(scene.decide(&ledger).await.unwrap().seq(), Some(3));
    assert_intact(&repository).await;
}

#[tokio::test]
async fn two_processes_on_one_database_write_one_chain() {
    let (repository, scene) = (Repository::open(), Scene::new());
    let one = start(&repository, Options::default()).await;
    let other = start(&repository, Options::default()).await;
    for seq in [2, 4, 6] {
        assert_eq!(scene.decide(&one).await.unwrap().seq(), Some(seq));
        assert_eq!(scene.decide(&other).await.unwrap().seq(), Some(seq + 1));
    }
    assert_intact(&repository).await;
}

#[tokio::test]
async fn nothing_is_acknowledged_after_confirmed_records_were_taken_away() {
    let (repository, scene) = (Repository::open(), Scene::new());
    let ledger = start(&repository, Options::default()).await;
    for _ in 0..3 {
        drop(scene.decide(&ledger).await.unwrap());
    }
    repository.rows.lock().unwrap().truncate(2);
    assert!(matches!(scene.decide(&ledger).await, Err(LedgerError::Rewritten { seq: 4 })));
    assert!(matches!(scene.decide(&ledger).await, Err(LedgerError::Rewritten { seq: 4 })));
}

#[tokio::test]
async fn a_stalled_store_is_an_error_after_a_while_and_completions_never_wait() {
    let (repository, scene) = (Repository::closed(), Scene::new());
    repository.gate.add_permits(1);
    let options = Options { patience: Duration::from_millis(30), ..Options::default() };
    let ledger = start(&repository, options).await;
    assert!(matches!(scene.decide(&ledger).await, Err(LedgerError::Slow { .. })));
    for _ in 0..10_000 {
        ledger.complete(scene.completion(scene.call()));
    }
    let metrics = ledger.metrics();
    assert!((1_000..3_000).contains(&metrics.lost_completions), "{metrics:?}");
    assert!(matches!(scene.decide(&ledger).await, Err(LedgerError::Slow { .. })));
}

#[tokio::test]
async fn relaxed_mode_returns_at_hand_over_but_not_while_the_store_fails() {
    let (repository, scene) = (Repository::closed(), Scene::new());
    repository.gate.add_permits(1);
    let ledger = start(&repository, Options { mode: Mode::Relaxed, ..Options::default() }).await;
    assert_eq!(scene.decide(&ledger).await.unwrap().seq(), None);
    repository.failing.store(true, Ordering::SeqCst);
    repository.gate.add_permits(1_000);
    eventually("the failure is noticed", || !ledger.metrics().healthy).await;
    assert!(matches!(scene.decide(&ledger).await, Err(LedgerError::Unavailable { .. })));
    repository.failing.store(false, Ordering::SeqCst);
    assert_eq!(scene.decide(&ledger).await.unwrap().seq(), Some(2));
    assert_eq!(scene.decide(&ledger).await.unwrap().seq(), None);
    let act = ActRecord::done(Some(scene.who()), "connection.created", "con_1");
    ledger.act(act).await.unwrap();
    assert_eq!(repository.rows.lock().unwrap().len(), 4, "an act is on disk in every mode");
}

#[tokio::test]
async fn shutdown_writes_what_was_handed_over_and_then_refuses() {
    let (repository, scene) = (Repository::open(), Scene::new());
    let ledger = start(&repository, Options::default()).await;
    for _ in 0..3_000 {
        ledger.complete(scene.completion(scene.call()));
    }
    ledger.refusal_unauthenticated("unauthenticated");
    ledger.shutdown().await;
    assert_eq!(repository.rows.lock().unwrap().len(), 1 + 3_000 + 1);
    assert!(matches!(scene.decide(&ledger).await, Err(LedgerError::Stopped)));
    assert!(!ledger.metrics().healthy);
    ledger.shutdown().await;
    assert_intact(&repository).await;
}

#[tokio::test]
async fn unauthenticated_refusals_are_one_record_a_minute_and_code() {
    let (repository, clock) = (Repository::open(), Arc::new(MockClock::at(1_700_000_000)));
    let options = Options { tick: Duration::from_millis(5), ..Options::default() };
    let ledger = start_at(&repository, &clock, options).await;
    for _ in 0..500 {
        ledger.refusal_unauthenticated("unauthenticated");
    }
    ledger.refusal_unauthenticated("bad_request");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(repository.rows.lock().unwrap().len(), 1, "the minute is not over");
    repository.failing.store(true, Ordering::SeqCst);
    clock.advance(60);
    eventually("a write was tried", || ledger.metrics().failed_groups > 0).await;
    repository.failing.store(false, Ordering::SeqCst);
    eventually("the counts are written", || repository.rows.lock().unwrap().len() == 3).await;
    let counts = repository.bodies().iter().filter_map(|body| body["count"].as_u64()).collect::<Vec<_>>();
    assert_eq!(counts, [1, 500]);
}

#[tokio::test]
async fn users_stand_as_pseudonyms_that_can_be_erased() {
    let (repository, scene) = (Repository::open(), Scene::new());
    let ledger = start(&repository, Options::default()).await;
    drop(scene.decide(&ledger).await.unwrap());
    drop(scene.decide(&ledger).await.unwrap());
    assert_eq!(repository.asked.load(Ordering::SeqCst), 1, "the mapping is cached");
    let mut shared = ActRecord::done(Some(scene.who()), "connection.shared", "con_1");
    shared.whom = Some(&scene.user);
    ledger.act(shared).await.unwrap();
    assert!(ledger.erase_user(&scene.user).await.unwrap());
    assert!(!ledger.erase_user(&scene.user).await.unwrap());
    ledger.refusal(scene.refusal(scene.call())).await.unwrap();
    let bodies = repository.bodies();
    let users = bodies.iter().filter_map(|body| body["user"].as_str()).collect::<Vec<_>>();
    assert_eq!(users.len(), 4);
    assert_eq!((users[0], users[1]), (users[1], users[2]));
    assert_eq!(bodies[3]["whom"], users[0]);
    assert_ne!(users[2], users[3], "after the erasure the user has another name");
    assert_eq!(users[0].len(), "usr_".len() + 32);
    let text = repository.rows.lock().unwrap().iter().map(backshell_ledger::line).collect::<String>();
    assert!(!text.contains("alice"), "{text}");
    assert_intact(&repository).await;
}
