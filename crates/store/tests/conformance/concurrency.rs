//! Many at once.

use super::Home;
use super::samples::{connection, grounds, ledger_row, ledger_rows, publication, sealed, tenant, user};
use backshell_model::{Role, RoleAssignment};
use backshell_store::{Conflict, ConnectionChange, Limit, Noun, SecretsChange, Store, StoreError};
use std::collections::BTreeSet;

/// Runs the futures at the same time.
async fn all<T>(futures: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut pending = futures.into_iter().map(|future| (Box::pin(future), None)).collect::<Vec<_>>();
    std::future::poll_fn(|context| {
        for (future, done) in pending.iter_mut().filter(|(_, done)| done.is_none()) {
            if let std::task::Poll::Ready(value) = future.as_mut().poll(context) {
                *done = Some(value);
            }
        }
        let ready = pending.iter().all(|(_, done)| done.is_some());
        if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    pending.into_iter().filter_map(|(_, done)| done).collect()
}

pub(crate) async fn publishers(store: &dyn Store) {
    let publications = (1..=20).map(|number| publication("contoso", number)).collect::<Vec<_>>();
    let before = store.generation().await.unwrap();
    let published = all(publications.iter().map(|one| store.publish(one)).collect()).await;
    let numbers = published.into_iter().map(|one| one.unwrap().number).collect::<BTreeSet<_>>();
    assert_eq!(numbers, (1..=20).collect(), "each has a number of its own");
    assert_eq!(store.generation().await.unwrap(), before + 20);
}

pub(crate) async fn two_publishers_of_one_slug(store: &dyn Store) {
    let publications = ["alice", "mallory"].map(|name| {
        let mut one = publication("contoso", 1);
        one.connector.owner = user(name);
        one
    });
    let published = all(publications.iter().map(|one| store.publish(one)).collect()).await;
    let lost = Err(StoreError::Conflict(Conflict::OtherConnector));
    assert_eq!(published.iter().filter(|one| **one == lost).count(), 1, "{published:?}");
    let winner = published.iter().position(Result::is_ok).unwrap();
    let stored = store.connector(&publications[0].connector.slug).await.unwrap();
    assert_eq!(stored.owner, publications[winner].connector.owner);
}

pub(crate) async fn two_administrators(store: &dyn Store) {
    let both = ["alice", "bob"].map(|name| RoleAssignment { user: user(name), role: Role::Administrator });
    for one in &both {
        store.assign_role(one).await.unwrap();
    }
    let withdrawn = all(both.iter().map(|one| store.withdraw_role(one)).collect()).await;
    assert_eq!(withdrawn.iter().filter(|one| one.is_ok()).count(), 1, "{withdrawn:?}");
    assert_eq!(store.roles(None, Limit::MAX).await.unwrap().len(), 1);
}

pub(crate) async fn changes_of_one_connection(store: &dyn Store) {
    let (environment, publication) = grounds(store).await;
    let before = connection(&environment, &publication, 1);
    store.add_connection(&before, Some(&sealed(&before))).await.unwrap();
    let changes = (0..10).map(|number| {
        let mut after = before.clone();
        after.name = format!("Renamed {number}");
        ConnectionChange { before: before.clone(), after, secrets: SecretsChange::Keep }
    });
    let changes = changes.collect::<Vec<_>>();
    let outcomes = all(changes.iter().map(|one| store.change_connection(one)).collect()).await;
    let winners = changes.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok()).collect::<Vec<_>>();
    assert_eq!(winners.len(), 1, "one change wins, nine must read again");
    let lost = Err(StoreError::Conflict(Conflict::Changed(Noun::Connection)));
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == lost).count(), 9);
    assert_eq!(store.connection(before.id).await.unwrap(), winners[0].0.after);
}

pub(crate) async fn appenders(store: &dyn Store) {
    for round in 1..=5 {
        let rows = [ledger_row(round)];
        let outcomes = all((0..8).map(|_| store.append(&rows)).collect()).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "a number is given once");
    }
    assert_eq!(store.ledger_tail().await.unwrap(), Some(ledger_row(5)));
}

/// A reader never sees half of a transaction: connections are added with their secrets.
pub(crate) async fn readers_beside_a_writer(store: &dyn Store) {
    let (environment, publication) = grounds(store).await;
    let writer = async {
        for number in 1..=20 {
            let one = connection(&environment, &publication, number);
            store.add_connection(&one, Some(&sealed(&one))).await.unwrap();
        }
        20
    };
    let reader = async {
        let (mut reads, mut last) = (0, 0);
        while last < 20 {
            let facts = store.snapshot_facts(super::samples::at(0), &BTreeSet::new()).await.unwrap();
            assert_eq!(facts.connections.len(), facts.secrets.len());
            // Environment and publication are the two generations before the first connection.
            assert_eq!(facts.generation, 2 + facts.connections.len() as u64);
            last = facts.connections.len();
            reads += 1;
        }
        reads
    };
    assert_eq!(tokio::join!(writer, reader).0, 20);
}

/// Two stores over one database, as two processes have them.
pub(crate) async fn two_handles(home: &dyn Home) {
    let (one, two) = (home.open().await, home.open().await);
    let (left, right) = (publication("contoso", 1), publication("contoso", 2));
    let (left, right) = tokio::join!(one.publish(&left), two.publish(&right));
    assert_ne!(left.unwrap().number, right.unwrap().number);
    assert_eq!(one.generation().await, two.generation().await);
    one.append(&ledger_rows(1..=2)).await.unwrap();
    assert_eq!(two.append(&ledger_rows(1..=2)).await, Err(Conflict::LedgerSequence.into()));
    two.append(&ledger_rows(3..=4)).await.unwrap();
    assert_eq!(one.ledger_tail().await.unwrap(), Some(ledger_row(4)));
    two.add_tenant(&tenant(1)).await.unwrap();
    assert_eq!(one.tenant(tenant(1).id).await.unwrap(), tenant(1));
}
