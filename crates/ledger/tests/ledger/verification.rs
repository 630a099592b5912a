//! What somebody who can write the database may try, and what verification says to it.

use crate::common::{Repository, Scene, eventually, start, start_at};
use backshell_ledger::{
    CheckpointLine, Checkpoints, Options, ProblemKind, PublicKey, VerifyReport, export, generate_signing_key,
    parse_checkpoints, tail, verify,
};
use backshell_model::SecretBytes;
use backshell_store::{LedgerRepository, LedgerRow};
use backshell_testkit::SeededRandom;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

struct Bench {
    repository: Arc<Repository>,
    scene: Arc<Scene>,
    folder: tempfile::TempDir,
    signing_key: SecretBytes,
}

impl Bench {
    /// A ledger of 11 records with checkpoints at 6 and 11.
    async fn new() -> Self {
        let signing_key = generate_signing_key(&SeededRandom::new(3)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let bench = Self { repository: Repository::open(), scene: Scene::new(), folder, signing_key };
        bench.run(5).await;
        bench.run(5).await;
        bench
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("checkpoints.jsonl")
    }

    fn options(&self) -> Options {
        let mut checkpoints = Checkpoints::new(self.path(), self.signing_key.clone());
        checkpoints.every = Duration::from_hours(1);
        Options { checkpoints: Some(checkpoints), ..Options::default() }
    }

    /// Starts a ledger, makes `decisions` and shuts it down.
    async fn run(&self, decisions: usize) {
        let ledger = start(&self.repository, self.options()).await;
        for _ in 0..decisions {
            drop(self.scene.decide(&ledger).await.unwrap());
        }
        ledger.shutdown().await;
    }

    fn checkpoints(&self) -> Vec<CheckpointLine> {
        parse_checkpoints(&std::fs::read_to_string(self.path()).unwrap())
    }

    async fn verify(&self) -> VerifyReport {
        let key = PublicKey::of_signing_key(&self.signing_key).unwrap();
        verify(self.repository.as_ref(), &self.checkpoints(), &key).await.unwrap()
    }

    /// Changes the stored rows, then verifies.
    async fn tampered(&self, tamper: impl FnOnce(&mut Vec<LedgerRow>)) -> VerifyReport {
        tamper(&mut self.repository.rows.lock().unwrap());
        self.verify().await
    }
}

fn kinds(report: &VerifyReport) -> Vec<ProblemKind> {
    report.problems.iter().map(|problem| problem.kind).collect()
}

#[tokio::test]
async fn an_untouched_ledger_is_intact_across_restarts() {
    let bench = Bench::new().await;
    let report = bench.verify().await;
    assert!(report.is_intact(), "{report:?}");
    assert_eq!((report.records, report.last_seq, report.checkpoints, report.anchored_to), (11, 11, 2, 11));
    assert_eq!(report.first_bad(), None);
}

#[tokio::test]
async fn an_erased_body_leaves_the_chain_whole() {
    let bench = Bench::new().await;
    assert_eq!(bench.repository.blank_ledger_bodies(&[1, 3, 11]).await.unwrap(), 3);
    let report = bench.verify().await;
    assert!(report.is_intact(), "{report:?}");
    assert_eq!(report.erased_bodies, 3);
    assert!(report.youngest_erased.is_some());
    bench.run(1).await;
    assert!(bench.verify().await.is_intact(), "the chain goes on");
}

#[tokio::test]
async fn a_changed_body_is_found_where_it_is() {
    let bench = Bench::new().await;
    let report = bench.tampered(|rows| rows[4].body = Some("{}".to_owned())).await;
    assert_eq!((kinds(&report), report.first_bad()), (vec![ProblemKind::Body], Some(5)));
}

#[tokio::test]
async fn a_changed_column_is_found_even_without_a_body() {
    let bench = Bench::new().await;
    let report = bench
        .tampered(|rows| {
            rows[4].body = None;
            rows[4].at = rows[4].at.plus_secs(1);
        })
        .await;
    assert_eq!((kinds(&report), report.first_bad()), (vec![ProblemKind::Link], Some(5)));
    let bench = Bench::new().await;
    let report = bench.tampered(|rows| rows[4].environment = None).await;
    assert_eq!(report.first_bad(), Some(5));
    let bench = Bench::new().await;
    let report = bench.tampered(|rows| rows[4].kind = "act".into()).await;
    assert_eq!(report.first_bad(), Some(5));
}

#[tokio::test]
async fn a_removed_record_is_found() {
    let bench = Bench::new().await;
    let report = bench.tampered(|rows| drop(rows.remove(4))).await;
    assert_eq!((kinds(&report), report.first_bad()), (vec![ProblemKind::Gap, ProblemKind::Link], Some(5)));
    // Renumbered so that no number is missing:
    let bench = Bench::new().await;
    let report = bench
        .tampered(|rows| {
            rows.remove(4);
            rows.iter_mut().enumerate().for_each(|(index, row)| row.seq = i64::try_from(index).unwrap() + 1);
        })
        .await;
    assert_eq!(report.first_bad(), Some(5));
    assert!(kinds(&report).contains(&ProblemKind::RemovedTail), "{report:?}");
}

#[tokio::test]
async fn exchanged_records_are_found() {
    let bench = Bench::new().await;
    let report = bench
        .tampered(|rows| {
            rows.swap(4, 5);
            (rows[4].seq, rows[5].seq) = (5, 6);
        })
        .await;
    assert_eq!(report.first_bad(), Some(5));
    assert!(kinds(&report).contains(&ProblemKind::Rewritten), "{report:?}");
}

#[tokio::test]
async fn a_removed_beginning_is_found() {
    let bench = Bench::new().await;
    let report = bench.tampered(|rows| drop(rows.drain(..3))).await;
    assert_eq!(report.first_bad(), Some(1));
    assert!(kinds(&report).contains(&ProblemKind::Beginning), "{report:?}");
}

#[tokio::test]
async fn a_removed_tail_is_found_by_the_checkpoint_behind_it() {
    let bench = Bench::new().await;
    let report = bench.tampered(|rows| rows.truncate(8)).await;
    assert_eq!((kinds(&report), report.first_bad()), (vec![ProblemKind::RemovedTail], Some(9)));
    assert_eq!(report.anchored_to, 6);

    // The ledger goes on after the cut and grows past the checkpoint: it stays visible.
    bench.run(7).await;
    let report = bench.verify().await;
    assert_eq!((kinds(&report), report.first_bad()), (vec![ProblemKind::Rewritten], Some(7)));
    assert_eq!(report.anchored_to, 15);
    let report = bench.tampered(Vec::clear).await;
    assert_eq!((report.chain, report.first_bad()), (None, Some(1)));
}

#[tokio::test]
async fn a_recomputed_chain_is_found_by_the_checkpoints() {
    // Another writer with the same first record stands for somebody who recomputes every hash.
    let bench = Bench::new().await;
    let forged = Repository::open();
    forged.rows.lock().unwrap().push(bench.repository.rows.lock().unwrap()[0].clone());
    let ledger = start(&forged, Options::default()).await;
    for _ in 0..10 {
        drop(bench.scene.decide(&ledger).await.unwrap());
    }
    let forged = forged.rows.lock().unwrap().clone();
    let report = bench.tampered(|rows| *rows = forged).await;
    assert_eq!((kinds(&report), report.first_bad()), (vec![ProblemKind::Rewritten; 2], Some(1)));

    // A chain that was begun anew is another chain.
    let bench = Bench::new().await;
    let other = Bench::new().await;
    other.run(1).await;
    let rows = {
        let fresh = Repository::open();
        let clock = Arc::new(backshell_testkit::MockClock::at(1_800_000_000));
        let ledger = start_at(&fresh, &clock, Options::default()).await;
        for _ in 0..10 {
            drop(bench.scene.decide(&ledger).await.unwrap());
        }
        fresh.rows.lock().unwrap().clone()
    };
    let report = bench.tampered(|stored| *stored = rows).await;
    assert_eq!(kinds(&report), [ProblemKind::OtherChain; 2]);
}

#[tokio::test]
async fn a_changed_checkpoint_file_is_found() {
    let bench = Bench::new().await;
    let text = std::fs::read_to_string(bench.path()).unwrap();
    let verify_with = async |text: String| {
        std::fs::write(bench.path(), text).unwrap();
        kinds(&bench.verify().await)
    };
    assert_eq!(verify_with(text.replace(r#""seq":6"#, r#""seq":7"#)).await, [ProblemKind::Signature]);
    assert_eq!(verify_with(format!("{text}nonsense\n")).await, [ProblemKind::Line]);
    let other = generate_signing_key(&SeededRandom::new(4)).unwrap();
    let other = PublicKey::of_signing_key(&other).unwrap();
    let report = verify(bench.repository.as_ref(), &parse_checkpoints(&text), &other).await.unwrap();
    assert_eq!(kinds(&report), [ProblemKind::OtherKey; 2]);
    assert_eq!(verify_with(text).await, []);
}

#[tokio::test]
async fn a_checkpoint_that_a_crash_cut_off_is_dropped_at_the_next_start() {
    let bench = Bench::new().await;
    let text = std::fs::read_to_string(bench.path()).unwrap();
    std::fs::write(bench.path(), format!("{text}{{\"id\":\"chk_")).unwrap();
    bench.run(1).await;
    let now = std::fs::read_to_string(bench.path()).unwrap();
    assert!(now.starts_with(&text));
    assert_eq!(now.lines().count(), 3);
    assert!(bench.verify().await.is_intact());
    bench.run(0).await;
    assert_eq!(std::fs::read_to_string(bench.path()).unwrap(), now, "no record, no checkpoint");
}

#[tokio::test]
async fn checkpoints_come_by_number_and_by_time() {
    let bench = Bench::new().await;
    let mut options = bench.options();
    options.checkpoints.as_mut().unwrap().every_records = 2;
    let ledger = start(&bench.repository, options).await;
    for _ in 0..4 {
        drop(bench.scene.decide(&ledger).await.unwrap());
    }
    eventually("two checkpoints by number", || ledger.metrics().checkpoints == 2).await;
    ledger.shutdown().await;

    let mut options = bench.options();
    options.tick = Duration::from_millis(5);
    options.checkpoints.as_mut().unwrap().every = Duration::from_millis(20);
    let ledger = start(&bench.repository, options).await;
    drop(bench.scene.decide(&ledger).await.unwrap());
    eventually("a checkpoint by time", || ledger.metrics().checkpoints == 1).await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(ledger.metrics().checkpoints, 1, "no record, no checkpoint");
    assert!(bench.verify().await.is_intact());
}

#[cfg(unix)]
#[tokio::test]
async fn the_checkpoint_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new().await;
    assert_eq!(std::fs::metadata(bench.path()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_checkpoint_file_that_cannot_be_written_does_not_stop_the_calls() {
    let bench = Bench::new().await;
    let mut options = bench.options();
    options.checkpoints.as_mut().unwrap().every_records = 1;
    let ledger = start(&bench.repository, options).await;
    std::fs::remove_file(bench.path()).unwrap();
    std::fs::create_dir(bench.path()).unwrap();
    drop(bench.scene.decide(&ledger).await.unwrap());
    eventually("the failure is counted", || ledger.metrics().failed_checkpoints > 0).await;
    drop(bench.scene.decide(&ledger).await.unwrap());
    std::fs::remove_dir(bench.path()).unwrap();
    drop(bench.scene.decide(&ledger).await.unwrap());
    eventually("the file is there again", || ledger.metrics().checkpoints > 0).await;
}

#[tokio::test]
async fn an_export_has_every_record_byte_for_byte() {
    let bench = Bench::new().await;
    bench.repository.rows.lock().unwrap()[5].body = Some("no\njson".to_owned());
    bench.repository.blank_ledger_bodies(&[7]).await.unwrap();
    let mut out = Vec::new();
    assert_eq!(export(bench.repository.as_ref(), 0, &mut out).await.unwrap(), 11);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), 11);
    let rows = bench.repository.rows.lock().unwrap().clone();
    for (row, line) in rows.iter().zip(text.lines()) {
        let value = serde_json::from_str::<serde_json::Value>(line).unwrap();
        assert_eq!(value["seq"], row.seq);
        assert_eq!(value["hash"].as_str().unwrap().len(), 64);
        match row.seq {
            6 => assert_eq!(value["body_text"], "no\njson"),
            7 => {
                assert_eq!((&value["body"], &value["body_text"]), (&serde_json::Value::Null, &serde_json::Value::Null));
            }
            _ => assert!(line.contains(row.body.as_deref().unwrap()), "{line}"),
        }
    }
    let last = tail(bench.repository.as_ref(), 2).await.unwrap();
    assert_eq!(last.iter().map(|row| row.seq).collect::<Vec<_>>(), [10, 11]);
    assert_eq!(export(bench.repository.as_ref(), 9, &mut Vec::new()).await.unwrap(), 2);
}

#[tokio::test]
async fn a_foreign_table_is_no_ledger() {
    let repository = Repository::open();
    let row = LedgerRow {
        seq: 1,
        at: backshell_model::Timestamp::from_secs(1),
        kind: "act".into(),
        environment: None,
        body: None,
        body_hash: [0; 32],
        hash: [0; 32],
    };
    repository.append(&[row]).await.unwrap();
    let clock = Arc::new(backshell_testkit::MockClock::at(1));
    let random = Arc::new(SeededRandom::new(1));
    let started =
        backshell_ledger::Ledger::start(repository.clone(), repository, clock, random, Options::default()).await;
    assert!(matches!(started, Err(backshell_ledger::LedgerError::NoGenesis)));
}
