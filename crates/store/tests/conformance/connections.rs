//! Connections and their secrets.

use super::samples::{connection, environment, grounds, host, publication, sealed, tenant, user};
use super::{bumps, two};
use backshell_model::{AuthKind, ConnectionState, PackageDigest};
use backshell_store::{Conflict, ConnectionChange, ConnectionFilter, Noun, SecretsChange, Store, StoreError};

pub(crate) async fn adding(store: &dyn Store) {
    let (environment, publication) = grounds(store).await;
    let bare = connection(&environment, &publication, 1);
    assert_eq!(store.connection(bare.id).await, Err(StoreError::NotFound(Noun::Connection)));
    assert_eq!(bumps(store, store.add_connection(&bare, None)).await, (Ok(()), true));
    assert_eq!(store.connection(bare.id).await.unwrap(), bare);
    assert_eq!(store.sealed_secrets(bare.id).await, Ok(None));
    assert_eq!(store.add_connection(&bare, None).await, Err(Conflict::Exists(Noun::Connection).into()));

    let full = connection(&environment, &publication, 2);
    store.add_connection(&full, Some(&sealed(&full))).await.unwrap();
    assert_eq!(store.sealed_secrets(full.id).await.unwrap(), Some(sealed(&full)));

    let mut orphan = connection(&environment, &publication, 3);
    orphan.version = PackageDigest([9; 32]);
    assert_eq!(store.add_connection(&orphan, None).await, Err(StoreError::NotFound(Noun::Version)));
    let mut homeless = connection(&environment, &publication, 4);
    homeless.environment = super::samples::environment(&tenant(1), 9).id;
    assert_eq!(store.add_connection(&homeless, None).await, Err(StoreError::NotFound(Noun::Environment)));
    let foreign = connection(&environment, &publication, 5);
    let refused = bumps(store, store.add_connection(&foreign, Some(&sealed(&full)))).await;
    assert!(matches!(refused, (Err(StoreError::Invalid(_)), false)), "{refused:?}");
    assert_eq!(store.connection(foreign.id).await, Err(StoreError::NotFound(Noun::Connection)), "half a write");
}

pub(crate) async fn compare_and_set(store: &dyn Store) {
    let (environment, first_version) = grounds(store).await;
    let second_version = publication("contoso", 2);
    store.publish(&second_version).await.unwrap();
    let before = connection(&environment, &first_version, 1);
    store.add_connection(&before, Some(&sealed(&before))).await.unwrap();

    let mut after = before.clone();
    after.name = "Renamed".to_owned();
    after.settings.insert("folder".to_owned(), "inbox".to_owned());
    after.version = second_version.digest;
    after.hosts[0].approved_by = Some(user("admin"));
    let keep = ConnectionChange { before: before.clone(), after: after.clone(), secrets: SecretsChange::Keep };
    assert_eq!(bumps(store, store.change_connection(&keep)).await, (Ok(()), true));
    assert_eq!(store.connection(after.id).await.unwrap(), after);
    assert_eq!(store.sealed_secrets(after.id).await.unwrap(), Some(sealed(&before)));

    let stale = bumps(store, store.change_connection(&keep)).await;
    assert_eq!(stale, (Err(Conflict::Changed(Noun::Connection).into()), false));

    let mut unknown_version = after.clone();
    unknown_version.version = PackageDigest([9; 32]);
    let change = ConnectionChange { before: after.clone(), after: unknown_version, secrets: SecretsChange::Keep };
    assert_eq!(store.change_connection(&change).await, Err(StoreError::NotFound(Noun::Version)));
    let missing = connection(&environment, &first_version, 9);
    let change = ConnectionChange { before: missing.clone(), after: missing, secrets: SecretsChange::Keep };
    assert_eq!(store.change_connection(&change).await, Err(StoreError::NotFound(Noun::Connection)));
    let mut given_away = after.clone();
    given_away.owner = user("mallory");
    let change = ConnectionChange { before: after.clone(), after: given_away, secrets: SecretsChange::Keep };
    assert!(matches!(store.change_connection(&change).await, Err(StoreError::Invalid(_))));
    assert_eq!(store.connection(after.id).await.unwrap(), after);
}

pub(crate) async fn secrets_follow_the_hosts(store: &dyn Store) {
    let (environment, publication) = grounds(store).await;
    let before = connection(&environment, &publication, 1);
    store.add_connection(&before, Some(&sealed(&before))).await.unwrap();

    // A new host, another auth kind or another generation: the old secrets must not stay.
    let mut new_host = before.clone();
    new_host.hosts.push(host("two.contoso.example"));
    let mut new_kind = before.clone();
    new_kind.auth_kind = AuthKind::Basic;
    let mut next = before.clone();
    next.generation += 1;
    for after in [&new_host, &new_kind, &next] {
        let change = ConnectionChange { before: before.clone(), after: after.clone(), secrets: SecretsChange::Keep };
        assert!(matches!(store.change_connection(&change).await, Err(StoreError::Invalid(_))));
    }
    // A change of secrets that does not count the generation up, or secrets sealed for another one.
    let change = ConnectionChange { before: before.clone(), after: new_host.clone(), secrets: SecretsChange::Drop };
    assert!(matches!(store.change_connection(&change).await, Err(StoreError::Invalid(_))));
    new_host.generation += 1;
    let stale_secrets = SecretsChange::Replace(sealed(&before));
    let change = ConnectionChange { before: before.clone(), after: new_host.clone(), secrets: stale_secrets };
    assert!(matches!(store.change_connection(&change).await, Err(StoreError::Invalid(_))));
    assert_eq!(store.connection(before.id).await.unwrap(), before);
    assert_eq!(store.sealed_secrets(before.id).await.unwrap(), Some(sealed(&before)));

    // Dropped in the same transaction.
    new_host.state = ConnectionState::Unauthenticated;
    let change = ConnectionChange { before, after: new_host.clone(), secrets: SecretsChange::Drop };
    assert_eq!(bumps(store, store.change_connection(&change)).await, (Ok(()), true));
    assert_eq!(store.connection(new_host.id).await.unwrap(), new_host);
    assert_eq!(store.sealed_secrets(new_host.id).await, Ok(None));

    // Given anew, twice.
    let mut before = new_host;
    for _ in 0..2 {
        let mut after = before.clone();
        after.generation += 1;
        after.state = ConnectionState::Connected;
        let secrets = SecretsChange::Replace(sealed(&after));
        store.change_connection(&ConnectionChange { before, after: after.clone(), secrets }).await.unwrap();
        assert_eq!(store.sealed_secrets(after.id).await.unwrap(), Some(sealed(&after)));
        before = after;
    }
}

pub(crate) async fn removal(store: &dyn Store) {
    let (environment, publication) = grounds(store).await;
    let gone = connection(&environment, &publication, 1);
    store.add_connection(&gone, Some(&sealed(&gone))).await.unwrap();
    assert_eq!(bumps(store, store.remove_connection(gone.id)).await, (Ok(true), true));
    assert_eq!(bumps(store, store.remove_connection(gone.id)).await, (Ok(false), false));
    assert_eq!(store.connection(gone.id).await, Err(StoreError::NotFound(Noun::Connection)));
    assert_eq!(store.sealed_secrets(gone.id).await, Ok(None));
}

pub(crate) async fn filtered_lists(store: &dyn Store) {
    let (first, publication_one) = grounds(store).await;
    let second = environment(&tenant(1), 2);
    store.add_environment(&second).await.unwrap();
    let publication_two = publication("fabrikam", 1);
    store.publish(&publication_two).await.unwrap();
    let mut all = [
        connection(&first, &publication_one, 1),
        connection(&first, &publication_two, 2),
        connection(&second, &publication_one, 3),
    ];
    all[2].owner = user("bob@contoso.example");
    for one in &all {
        store.add_connection(one, None).await.unwrap();
    }
    let everything = ConnectionFilter::default();
    assert_eq!(store.connections(&everything, None, two()).await.unwrap(), all[..2]);
    assert_eq!(store.connections(&everything, Some(all[1].id), two()).await.unwrap(), all[2..]);
    let of_environment = ConnectionFilter { environment: Some(second.id), ..Default::default() };
    assert_eq!(store.connections(&of_environment, None, two()).await.unwrap(), all[2..]);
    let of_owner = ConnectionFilter { owner: Some(user("alice@contoso.example")), ..Default::default() };
    assert_eq!(store.connections(&of_owner, Some(all[0].id), two()).await.unwrap(), all[1..2]);
    let slug = publication_one.connector.slug;
    let of_connector = ConnectionFilter { connector: Some(slug.clone()), ..Default::default() };
    let found = store.connections(&of_connector, None, two()).await.unwrap();
    assert_eq!(found, [all[0].clone(), all[2].clone()]);
    let of_all = ConnectionFilter { environment: Some(first.id), connector: Some(slug), ..of_owner };
    assert_eq!(store.connections(&of_all, None, two()).await.unwrap(), all[..1]);
}
