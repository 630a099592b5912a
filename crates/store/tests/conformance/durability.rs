//! What is left after the end.

use super::Home;
use super::samples::{at, connection, grounds, ledger_row, ledger_rows, sealed, user};
use backshell_store::{Pseudonym, Store, StoreError};
use std::collections::BTreeSet;

pub(crate) async fn closing(store: &dyn Store) {
    store.close().await;
    assert!(matches!(store.generation().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.append(&ledger_rows(1..=1)).await, Err(StoreError::Unavailable(_))));
}

/// For databases that outlive their store. The first store is never closed, as after a crash.
pub(crate) async fn reopening(home: &dyn Home) {
    let store = home.open().await;
    let (environment, publication) = grounds(&*store).await;
    let connection = connection(&environment, &publication, 1);
    store.add_connection(&connection, Some(&sealed(&connection))).await.unwrap();
    store.append(&ledger_rows(1..=1_500)).await.unwrap();
    store.blank_ledger_bodies(&[1]).await.unwrap();
    let pseudonym = store.pseudonym(&user("alice"), &Pseudonym::new("u-1")).await.unwrap();
    let facts = store.snapshot_facts(at(0), &BTreeSet::new()).await.unwrap();

    let again = home.open().await;
    assert_eq!(again.snapshot_facts(at(0), &BTreeSet::new()).await.unwrap(), facts);
    assert_eq!(again.ledger_tail().await.unwrap(), Some(ledger_row(1_500)));
    assert_eq!(again.known_pseudonym(&user("alice")).await.unwrap(), Some(pseudonym));
    store.close().await;
    again.append(&ledger_rows(1_501..=1_501)).await.unwrap();
    again.close().await;
    assert_eq!(home.open().await.ledger_tail().await.unwrap(), Some(ledger_row(1_501)));
}
