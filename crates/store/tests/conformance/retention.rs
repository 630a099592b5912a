//! Retention and erasure.

use super::samples::{at, connection, grounds, group, ledger_row, ledger_rows, token, user};
use super::{bumps, two};
use backshell_model::{Membership, Role, RoleAssignment};
use backshell_store::{LedgerRow, Limit, Store, UserTraces};

pub(crate) async fn marks(store: &dyn Store) {
    store.append(&ledger_rows(1..=5)).await.unwrap();
    assert_eq!(store.retention_mark("calls").await, Ok(0));
    assert_eq!(bumps(store, store.retain("calls", &[1, 3, 99], 3)).await, (Ok(2), false));
    assert_eq!(store.retain("calls", &[3], 2).await, Ok(0), "a body goes once");
    assert_eq!(store.retention_mark("calls").await, Ok(3), "and the mark does not go back");
    assert_eq!(store.retain("audit", &[], 5).await, Ok(0));
    assert_eq!((store.retention_mark("calls").await, store.retention_mark("audit").await), (Ok(3), Ok(5)));
    let blank = |seq| LedgerRow { body: None, ..ledger_row(seq) };
    let expected = [blank(1), ledger_row(2), blank(3), ledger_row(4), ledger_row(5)];
    assert_eq!(store.ledger_rows(0, Limit::MAX).await.unwrap(), expected);
    assert_eq!(store.scrub().await, Ok(true));
}

pub(crate) async fn traces(store: &dyn Store) {
    let (environment, publication) = grounds(store).await;
    let alice = user("alice");
    assert!(store.traces_of(&alice, at(0)).await.unwrap().is_empty());

    let mut connection = connection(&environment, &publication, 1);
    connection.hosts[0].approved_by = Some(connection.owner.clone());
    store.add_connection(&connection, None).await.unwrap();
    let owner = connection.owner.clone();
    for number in 1..=4 {
        let mut token = token(if number == 4 { "bob" } else { owner.as_str() }, number);
        token.issued_by = owner.clone();
        token.expires_at = at(100);
        store.add_token(&token).await.unwrap();
        if number == 1 {
            store.revoke_token(token.id, at(5)).await.unwrap();
        }
    }
    store.assign_role(&RoleAssignment { user: owner.clone(), role: Role::Auditor }).await.unwrap();
    store.add_member(&Membership { group: group("team"), user: owner.clone() }).await.unwrap();
    let expected = UserTraces {
        tokens: 3,
        connections: 1,
        connectors: 0,
        approvals: 1,
        shares: 0,
        memberships: 1,
        grants: 0,
        ownership: 0,
        roles: 1,
    };
    assert_eq!(store.traces_of(&owner, at(10)).await, Ok(expected));
    assert_eq!(store.traces_of(&publication.connector.owner, at(10)).await.unwrap().connectors, 1);

    assert_eq!(bumps(store, store.remove_dead_tokens(&owner, at(10))).await, (Ok(1), false));
    assert_eq!(store.tokens(None, None, two()).await.unwrap().len(), 2);
    assert_eq!(store.remove_dead_tokens(&owner, at(100)).await, Ok(3), "expired, also the one that was made for bob");
    assert_eq!(store.traces_of(&owner, at(100)).await.unwrap().tokens, 0);
}
