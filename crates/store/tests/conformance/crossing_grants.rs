//! Crossing grants.

use super::samples::{at, crossing_grant, environment, grounds, publication, tenant};
use super::{bumps, two};
use backshell_model::VersionRange;
use backshell_store::{Conflict, Noun, Store, StoreError};
use std::collections::BTreeSet;

pub(crate) async fn granting(store: &dyn Store) {
    let (environment, published) = grounds(store).await;
    let slug = &published.connector.slug;
    let mut all = [1, 2, 3].map(|number| crossing_grant(environment.id, slug, number));
    all[1].versions = VersionRange { from: 2, to: Some(7) };
    all[1].reference.clear();
    for one in &all {
        assert_eq!(bumps(store, store.add_crossing_grant(one)).await, (Ok(()), true));
        assert_eq!(store.crossing_grant(one.id).await.unwrap(), *one);
    }
    assert_eq!(store.crossing_grants(environment.id, None, two()).await.unwrap(), all[..2]);
    assert_eq!(store.crossing_grants(environment.id, Some(all[1].id), two()).await.unwrap(), all[2..]);
    assert_eq!(store.add_crossing_grant(&all[0]).await, Err(Conflict::Exists(Noun::CrossingGrant).into()));
}

pub(crate) async fn grants_of_nothing(store: &dyn Store) {
    let (environment_of, published) = grounds(store).await;
    let good = crossing_grant(environment_of.id, &published.connector.slug, 1);
    let mut elsewhere = good.clone();
    elsewhere.environment = environment(&tenant(1), 9).id;
    assert_eq!(store.add_crossing_grant(&elsewhere).await, Err(StoreError::NotFound(Noun::Environment)));
    let mut unknown = good.clone();
    unknown.connector = publication("fabrikam", 2).connector.slug;
    assert_eq!(store.add_crossing_grant(&unknown).await, Err(StoreError::NotFound(Noun::Connector)));
    let mut nowhere = good.clone();
    nowhere.places.clear();
    let mut endless = good.clone();
    endless.expires_at = endless.created_at.plus_secs(367 * 86_400);
    let mut over = good.clone();
    over.expires_at = over.created_at;
    let mut aimless = good.clone();
    aimless.purpose.clear();
    let mut backwards = good.clone();
    backwards.versions = VersionRange { from: 3, to: Some(2) };
    for wrong in [nowhere, endless, over, aimless, backwards] {
        let (refused, bumped) = bumps(store, store.add_crossing_grant(&wrong)).await;
        assert!(matches!(refused, Err(StoreError::Invalid(_))) && !bumped, "{wrong:?}");
    }
    assert_eq!(store.crossing_grant(good.id).await, Err(StoreError::NotFound(Noun::CrossingGrant)));
    assert_eq!(store.crossing_grants(environment_of.id, None, two()).await.unwrap(), []);
}

pub(crate) async fn grants_end(store: &dyn Store) {
    let (environment, published) = grounds(store).await;
    let slug = &published.connector.slug;
    let (holds, revoked, mut over) = (
        crossing_grant(environment.id, slug, 1),
        crossing_grant(environment.id, slug, 2),
        crossing_grant(environment.id, slug, 3),
    );
    over.expires_at = at(10);
    for one in [&holds, &revoked, &over] {
        store.add_crossing_grant(one).await.unwrap();
    }
    assert_eq!(bumps(store, store.revoke_crossing_grant(revoked.id, at(5))).await, (Ok(true), true));
    assert_eq!(bumps(store, store.revoke_crossing_grant(revoked.id, at(6))).await, (Ok(false), false));
    assert_eq!(store.crossing_grant(revoked.id).await.unwrap().revoked_at, Some(at(5)));
    let missing = crossing_grant(environment.id, slug, 9).id;
    assert_eq!(store.revoke_crossing_grant(missing, at(5)).await, Err(StoreError::NotFound(Noun::CrossingGrant)));
    let facts = store.snapshot_facts(at(10), &BTreeSet::new()).await.unwrap();
    assert_eq!(facts.crossing_grants, [holds], "grants that were taken back or are over are left out");
    assert_eq!(store.crossing_grants(environment.id, None, two()).await.unwrap().len(), 2, "but none is forgotten");
}
