//! The ledger on the real database.

use crate::common::Scene;
use backshell_ledger::{Ledger, Options, PublicKey, verify};
use backshell_store::SqliteStore;
use backshell_testkit::{MockClock, SeededRandom};
use std::path::Path;
use std::sync::Arc;

async fn start(path: &Path) -> (Ledger, Arc<SqliteStore>) {
    let store = Arc::new(SqliteStore::open(path).await.unwrap());
    let (clock, random) = (Arc::new(MockClock::at(1_700_000_000)), Arc::new(SeededRandom::new(5)));
    let ledger = Ledger::start(store.clone(), store.clone(), clock, random, Options::default()).await.unwrap();
    (ledger, store)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_calls_make_one_chain_that_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backshell.db");
    let scene = Scene::new();
    for expected in [1 + 2 * 500, 1 + 4 * 500] {
        let (ledger, store) = start(&path).await;
        let calls = (0..500).map(|_| {
            let (ledger, scene) = (ledger.clone(), scene.clone());
            tokio::spawn(async move {
                let receipt = scene.decide(&ledger).await.unwrap();
                ledger.complete(scene.completion(receipt.call()));
                receipt.seq().unwrap()
            })
        });
        let mut seqs = Vec::new();
        for call in calls.collect::<Vec<_>>() {
            seqs.push(call.await.unwrap());
        }
        seqs.sort_unstable();
        seqs.dedup();
        assert_eq!(seqs.len(), 500);
        ledger.shutdown().await;
        let metrics = ledger.metrics();
        assert!(metrics.groups * 2 < metrics.records, "several records share a flush: {metrics:?}");
        let key = PublicKey::from_bytes(&[0; 32]).unwrap();
        let report = verify(store.as_ref(), &[], &key).await.unwrap();
        assert!(report.is_intact(), "{report:?}");
        assert_eq!(report.last_seq, expected);
    }
}
