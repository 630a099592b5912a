//! What a gateway reads.

use super::bumps;
use super::samples::{at, cell, connection, data_key, grounds, group, ledger_row, publication, sealed, token, user};
use backshell_model::{Grantee, Membership, Role, RoleAssignment, Share, VersionState};
use backshell_store::{Pseudonym, SnapshotFacts, Store};
use std::collections::BTreeSet;

async fn read(store: &dyn Store) -> SnapshotFacts {
    store.snapshot_facts(at(10), &BTreeSet::new()).await.unwrap()
}

pub(crate) async fn empty(store: &dyn Store) {
    let generation = store.generation().await.unwrap();
    assert_eq!(read(store).await, SnapshotFacts { generation, ..SnapshotFacts::default() });
}

pub(crate) async fn everything(store: &dyn Store) {
    let (environment, publication) = grounds(store).await;
    let key = data_key(&environment);
    store.add_data_key(&key).await.unwrap();
    let cell = cell("a");
    store.announce_cell(&cell).await.unwrap();
    let connection = connection(&environment, &publication, 1);
    store.add_connection(&connection, Some(&sealed(&connection))).await.unwrap();
    let share = Share {
        connection: connection.id,
        grantee: Grantee::Group(group("finance")),
        granted_by: user("alice"),
        created_at: at(3),
    };
    store.add_share(&share).await.unwrap();
    let membership = Membership { group: group("finance"), user: user("bob") };
    store.add_member(&membership).await.unwrap();
    let role = RoleAssignment { user: user("alice"), role: Role::Publisher };
    store.assign_role(&role).await.unwrap();
    let (valid, revoked, mut expired) = (token("alice", 1), token("alice", 2), token("alice", 3));
    expired.expires_at = at(10);
    for one in [&valid, &revoked, &expired] {
        store.add_token(one).await.unwrap();
    }
    store.revoke_token(revoked.id, at(5)).await.unwrap();

    let facts = read(store).await;
    assert_eq!(facts.generation, store.generation().await.unwrap());
    assert_eq!(facts.environments, [environment]);
    assert_eq!(facts.data_keys, [key]);
    assert_eq!(facts.cells, [cell]);
    assert_eq!(facts.connectors, std::slice::from_ref(&publication.connector));
    assert_eq!(facts.secrets, [sealed(&connection)]);
    assert_eq!(facts.connections, [connection]);
    assert_eq!(facts.shares, [share]);
    assert_eq!(facts.memberships, [membership]);
    assert_eq!(facts.roles, [role]);
    assert_eq!(facts.tokens, [valid], "revoked and expired ones are left out");
    assert_eq!(facts.versions.len(), 1);
    assert_eq!(facts.versions[0].files, Some(publication.files));
}

pub(crate) async fn versions_that_matter(store: &dyn Store) {
    let (environment, first) = grounds(store).await;
    let all = [2, 3, 4].map(|number| publication("contoso", number));
    for one in &all {
        store.publish(one).await.unwrap();
    }
    store.add_connection(&connection(&environment, &first, 1), None).await.unwrap();
    store.add_connection(&connection(&environment, &all[0], 2), None).await.unwrap();
    let slug = &first.connector.slug;
    store.set_version_state(slug, all[0].digest, VersionState::Withdrawn).await.unwrap();
    store.set_version_state(slug, all[2].digest, VersionState::Withdrawn).await.unwrap();
    let facts = read(store).await;
    let seen = facts.versions.iter().map(|one| (one.version.number, one.current, one.files.is_some()));
    // Bound; bound and withdrawn; current because the newest was withdrawn. The newest itself concerns nobody.
    assert_eq!(seen.collect::<Vec<_>>(), [(1, false, true), (2, false, false), (3, true, true)]);
}

pub(crate) async fn known_packages(store: &dyn Store) {
    let (_, known) = grounds(store).await;
    let new = publication("fabrikam", 2);
    store.publish(&new).await.unwrap();
    let facts = store.snapshot_facts(at(10), &[known.digest].into()).await.unwrap();
    let files = facts.versions.iter().map(|one| one.files.clone()).collect::<Vec<_>>();
    assert_eq!(files, [None, Some(new.files)]);
}

pub(crate) async fn generation_counts_changes_only(store: &dyn Store) {
    let reading = async {
        store.snapshot_facts(at(10), &BTreeSet::new()).await.unwrap();
        store.append(&[ledger_row(1)]).await.unwrap();
        store.pseudonym(&user("alice"), &Pseudonym::new("u-1")).await.unwrap();
        store.add_tenant(&super::samples::tenant(1)).await.unwrap();
    };
    assert_eq!(bumps(store, reading).await, ((), false), "none of this is in a gateway's snapshot");
}
