//! Tokens, roles, groups and shares.

use super::samples::{at, connection, grounds, group, token, user};
use super::{bumps, two};
use backshell_model::{Grantee, Membership, Role, RoleAssignment, Scopes, Share, TokenHash};
use backshell_store::{Conflict, Limit, Noun, Store, StoreError};

pub(crate) async fn tokens(store: &dyn Store) {
    let (environment, _) = grounds(store).await;
    let mut all = [token("alice", 1), token("bob", 2), token("alice", 3)];
    all[1].environment = Some(environment.id);
    all[1].scopes = Scopes::NONE;
    all[2].scopes = Scopes::all();
    for one in &all {
        assert_eq!(bumps(store, store.add_token(one)).await, (Ok(()), true));
        assert_eq!(store.token(one.id).await.unwrap(), *one);
        assert_eq!(store.token_by_hash(one.hash).await.unwrap(), *one);
    }
    assert_eq!(store.token(token("x", 9).id).await, Err(StoreError::NotFound(Noun::Token)));
    assert_eq!(store.token_by_hash(TokenHash([9; 32])).await, Err(StoreError::NotFound(Noun::Token)));
    let mut same_hash = token("carol", 4);
    same_hash.hash = all[0].hash;
    assert_eq!(store.add_token(&same_hash).await, Err(Conflict::Exists(Noun::Token).into()));

    assert_eq!(store.tokens(None, None, two()).await.unwrap(), all[..2]);
    assert_eq!(store.tokens(None, Some(all[1].id), two()).await.unwrap(), all[2..]);
    let alice = user("alice");
    assert_eq!(store.tokens(Some(&alice), None, Limit::new(1)).await.unwrap(), all[..1]);
    assert_eq!(store.tokens(Some(&alice), Some(all[0].id), two()).await.unwrap(), all[2..]);

    assert_eq!(bumps(store, store.revoke_token(all[0].id, at(7))).await, (Ok(true), true));
    assert_eq!(bumps(store, store.revoke_token(all[0].id, at(8))).await, (Ok(false), false));
    assert_eq!(store.token(all[0].id).await.unwrap().revoked_at, Some(at(7)), "the first revocation counts");
    assert_eq!(store.revoke_token(token("x", 9).id, at(7)).await, Err(StoreError::NotFound(Noun::Token)));
}

pub(crate) async fn expiry(store: &dyn Store) {
    let all = [1, 2, 3].map(|number| token("alice", number));
    for one in &all {
        store.add_token(one).await.unwrap();
    }
    assert_eq!(store.remove_expired_tokens(all[0].expires_at, two()).await, Ok(0), "it expires now, not before now");
    assert_eq!(bumps(store, store.remove_expired_tokens(at(200), two())).await, (Ok(2), false));
    assert_eq!(store.tokens(None, None, two()).await.unwrap(), all[2..]);
    assert_eq!(store.remove_expired_tokens(at(200), two()).await, Ok(1));
}

pub(crate) async fn roles(store: &dyn Store) {
    let role = |name: &str, role| RoleAssignment { user: user(name), role };
    let all = [role("alice", Role::Administrator), role("alice", Role::Auditor), role("bob", Role::Administrator)];
    for one in &all {
        assert_eq!(bumps(store, store.assign_role(one)).await, (Ok(true), true));
        assert_eq!(bumps(store, store.assign_role(one)).await, (Ok(false), false));
    }
    assert_eq!(store.roles(None, two()).await.unwrap(), all[..2]);
    assert_eq!(store.roles(Some(&all[1]), two()).await.unwrap(), all[2..]);
    assert_eq!(bumps(store, store.withdraw_role(&all[1])).await, (Ok(true), true));
    assert_eq!(bumps(store, store.withdraw_role(&all[1])).await, (Ok(false), false));
    assert_eq!(store.roles(None, two()).await.unwrap(), [all[0].clone(), all[2].clone()]);
}

pub(crate) async fn the_last_administrator(store: &dyn Store) {
    let [alice, bob] = ["alice", "bob"].map(|name| RoleAssignment { user: user(name), role: Role::Administrator });
    assert_eq!(store.withdraw_role(&alice).await, Ok(false), "nobody is administrator yet");
    store.assign_role(&alice).await.unwrap();
    assert_eq!(bumps(store, store.withdraw_role(&alice)).await, (Err(Conflict::LastAdministrator.into()), false));
    assert_eq!(store.withdraw_role(&bob).await, Ok(false), "who does not hold it is not the last");
    assert_eq!(store.roles(None, two()).await.unwrap(), std::slice::from_ref(&alice));
    store.assign_role(&bob).await.unwrap();
    assert_eq!(store.withdraw_role(&alice).await, Ok(true));
}

pub(crate) async fn memberships(store: &dyn Store) {
    let member = |of: &str, name: &str| Membership { group: group(of), user: user(name) };
    let all = [member("finance", "alice"), member("finance", "bob"), member("sales", "alice")];
    for one in &all {
        assert_eq!(bumps(store, store.add_member(one)).await, (Ok(true), true));
        assert_eq!(bumps(store, store.add_member(one)).await, (Ok(false), false));
    }
    assert_eq!(store.memberships(None, None, two()).await.unwrap(), all[..2]);
    assert_eq!(store.memberships(None, Some(&all[1]), two()).await.unwrap(), all[2..]);
    let finance = group("finance");
    assert_eq!(store.memberships(Some(&finance), Some(&all[0]), two()).await.unwrap(), all[1..2]);
    assert_eq!(bumps(store, store.remove_member(&all[0])).await, (Ok(true), true));
    assert_eq!(bumps(store, store.remove_member(&all[0])).await, (Ok(false), false));
    assert_eq!(store.memberships(Some(&finance), None, two()).await.unwrap(), all[1..2]);
}

pub(crate) async fn shares(store: &dyn Store) {
    let (environment, publication) = grounds(store).await;
    let shared = connection(&environment, &publication, 1);
    let share = |grantee| Share { connection: shared.id, grantee, granted_by: user("alice"), created_at: at(3) };
    // A user and a group of the same name are two grantees.
    let all =
        [share(Grantee::Group(group("bob"))), share(Grantee::User(user("bob"))), share(Grantee::User(user("carol")))];
    assert_eq!(store.add_share(&all[0]).await, Err(StoreError::NotFound(Noun::Connection)));
    store.add_connection(&shared, None).await.unwrap();
    for one in &all {
        assert_eq!(bumps(store, store.add_share(one)).await, (Ok(true), true));
        assert_eq!(bumps(store, store.add_share(one)).await, (Ok(false), false));
    }
    assert_eq!(store.shares(shared.id, None, two()).await.unwrap(), all[..2]);
    assert_eq!(store.shares(shared.id, Some(&all[1].grantee), two()).await.unwrap(), all[2..]);
    assert_eq!(bumps(store, store.remove_share(shared.id, &all[1].grantee)).await, (Ok(true), true));
    assert_eq!(bumps(store, store.remove_share(shared.id, &all[1].grantee)).await, (Ok(false), false));
    assert_eq!(store.shares(shared.id, None, two()).await.unwrap(), [all[0].clone(), all[2].clone()]);
    store.remove_connection(shared.id).await.unwrap();
    assert_eq!(store.shares(shared.id, None, two()).await.unwrap(), []);
}
