//! The ledger's rows.

use super::samples::{ledger_row, ledger_rows};
use super::{bumps, two};
use backshell_model::Timestamp;
use backshell_store::{Conflict, LedgerRow, Limit, Store};

pub(crate) async fn appending(store: &dyn Store) {
    assert_eq!(store.ledger_tail().await, Ok(None));
    store.append(&[]).await.unwrap();
    assert_eq!(store.ledger_tail().await, Ok(None));
    assert_eq!(bumps(store, store.append(&ledger_rows(1..=3))).await, (Ok(()), false));
    store.append(&ledger_rows(4..=4)).await.unwrap();
    assert_eq!(store.ledger_tail().await.unwrap(), Some(ledger_row(4)));
    assert_eq!(store.ledger_rows(0, Limit::MAX).await.unwrap(), ledger_rows(1..=4));
}

pub(crate) async fn gaps_and_repetitions(store: &dyn Store) {
    let refused = Err(Conflict::LedgerSequence.into());
    for wrong in [0, 2, -1, i64::MAX] {
        assert_eq!(store.append(&[ledger_row(wrong)]).await, refused, "{wrong} as the first row");
    }
    store.append(&ledger_rows(1..=2)).await.unwrap();
    let batches: [&[i64]; 7] = [&[1], &[2], &[4], &[2, 3], &[3, 5], &[3, 3], &[4, 3]];
    for batch in batches {
        let rows = batch.iter().copied().map(ledger_row).collect::<Vec<_>>();
        assert_eq!(store.append(&rows).await, refused, "{batch:?}");
        assert_eq!(store.ledger_tail().await.unwrap(), Some(ledger_row(2)), "{batch:?} left something behind");
    }
    store.append(&ledger_rows(3..=3)).await.unwrap();
}

pub(crate) async fn large_groups(store: &dyn Store) {
    let mut last = 0;
    for size in [1_024, 5_000] {
        store.append(&ledger_rows(last + 1..=last + size)).await.unwrap();
        last += size;
        assert_eq!(store.ledger_tail().await.unwrap(), Some(ledger_row(last)));
    }
    for size in 1..=40 {
        store.append(&ledger_rows(last + 1..=last + size)).await.unwrap();
        assert_eq!(store.ledger_rows(last, Limit::MAX).await.unwrap(), ledger_rows(last + 1..=last + size));
        last += size;
    }
    let mut broken = ledger_rows(last + 1..=last + 5_000);
    broken[4_900].seq += 1;
    assert_eq!(store.append(&broken).await, Err(Conflict::LedgerSequence.into()));
    assert_eq!(store.ledger_tail().await.unwrap(), Some(ledger_row(last)), "a group is written whole or not at all");
}

pub(crate) async fn reading(store: &dyn Store) {
    store.append(&ledger_rows(1..=5)).await.unwrap();
    assert_eq!(store.ledger_rows(0, two()).await.unwrap(), ledger_rows(1..=2));
    assert_eq!(store.ledger_rows(4, two()).await.unwrap(), ledger_rows(5..=5));
    assert_eq!(store.ledger_rows(5, two()).await.unwrap(), []);
    assert_eq!(store.ledger_rows_before(None, two()).await.unwrap(), [ledger_row(5), ledger_row(4)]);
    assert_eq!(store.ledger_rows_before(Some(2), two()).await.unwrap(), [ledger_row(1)]);
}

pub(crate) async fn blanking(store: &dyn Store) {
    store.append(&ledger_rows(1..=3)).await.unwrap();
    assert_eq!(store.blank_ledger_bodies(&[]).await, Ok(0));
    assert_eq!(store.blank_ledger_bodies(&[1, 3, 99]).await, Ok(2));
    assert_eq!(store.blank_ledger_bodies(&[1, 2]).await, Ok(1));
    let blank = |seq| LedgerRow { body: None, ..ledger_row(seq) };
    assert_eq!(store.ledger_rows(0, Limit::MAX).await.unwrap(), [blank(1), blank(2), blank(3)]);
    store.append(&ledger_rows(4..=4)).await.unwrap();
}

pub(crate) async fn values_pass_unchanged(store: &dyn Store) {
    let rows = [
        LedgerRow {
            at: Timestamp::from_micros(i64::MIN),
            kind: "k'; DROP TABLE ledger; --".into(),
            environment: Some(String::new()),
            body: Some("{\"quote\":\"\\\"\",\"text\":\"ünï\u{0}\u{1f600}\"}".to_owned()),
            body_hash: [0; 32],
            hash: [255; 32],
            ..ledger_row(1)
        },
        LedgerRow { at: Timestamp::from_micros(i64::MAX), body: None, environment: None, ..ledger_row(2) },
    ];
    store.append(&rows).await.unwrap();
    assert_eq!(store.ledger_rows(0, two()).await.unwrap(), rows);
}
