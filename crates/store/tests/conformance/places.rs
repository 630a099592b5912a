//! Tenants, environments, data keys and cells.

use super::samples::{at, cell, connection, data_key, directory_entry, environment, grounds, tenant};
use super::{bumps, two};
use backshell_model::WrappedDataKey;
use backshell_model::{Boundary, Drift, Egress, HostName, Recheck, RecheckOutcome, Region, Suspension, Verification};
use backshell_store::{Conflict, Noun, Store, StoreError};

pub(crate) async fn tenants(store: &dyn Store) {
    let all = [1, 2, 3].map(tenant);
    for one in &all {
        store.add_tenant(one).await.unwrap();
        assert_eq!(store.tenant(one.id).await.unwrap(), *one);
    }
    assert_eq!(store.tenants(None, two()).await.unwrap(), all[..2]);
    assert_eq!(store.tenants(Some(all[1].id), two()).await.unwrap(), all[2..]);
    assert_eq!(store.tenant(tenant(9).id).await, Err(StoreError::NotFound(Noun::Tenant)));
    let mut same_name = tenant(4);
    same_name.name.clone_from(&all[0].name);
    assert_eq!(store.add_tenant(&same_name).await, Err(Conflict::Exists(Noun::Tenant).into()));
    assert_eq!(store.add_tenant(&all[0]).await, Err(Conflict::Exists(Noun::Tenant).into()));
}

pub(crate) async fn environments(store: &dyn Store) {
    let (first, other) = (tenant(1), tenant(2));
    store.add_tenant(&first).await.unwrap();
    let mut all = [1, 2, 3].map(|number| environment(&first, number));
    all[1].boundary = Boundary::Region;
    all[2].boundary = Boundary::List(vec![Region::new("westeurope"), Region::new("northeurope")]);
    all[2].egress = Egress::Refuse;
    for one in &all {
        let (added, bumped) = bumps(store, store.add_environment(one)).await;
        assert_eq!((added, bumped), (Ok(()), true));
        assert_eq!(store.environment(one.id).await.unwrap(), *one);
    }
    assert_eq!(store.environments(None, two()).await.unwrap(), all[..2]);
    assert_eq!(store.environments(Some(all[1].id), two()).await.unwrap(), all[2..]);
    let orphan = environment(&other, 4);
    assert_eq!(store.add_environment(&orphan).await, Err(StoreError::NotFound(Noun::Tenant)));
    let mut same_name = environment(&first, 5);
    same_name.name.clone_from(&all[0].name);
    assert_eq!(store.add_environment(&same_name).await, Err(Conflict::Exists(Noun::Environment).into()));
    store.add_tenant(&other).await.unwrap();
    same_name.tenant = other.id;
    store.add_environment(&same_name).await.unwrap();

    let mut after = all[0].clone();
    after.boundary = Boundary::List(vec![Region::new("westeurope")]);
    after.egress = Egress::Refuse;
    after.name = "Renamed".to_owned();
    assert_eq!(bumps(store, store.change_environment(&all[0], &after)).await, (Ok(()), true));
    assert_eq!(store.environment(after.id).await.unwrap(), after);
    let stale = bumps(store, store.change_environment(&all[0], &all[0])).await;
    assert_eq!(stale, (Err(Conflict::Changed(Noun::Environment).into()), false));
    let mut taken = after.clone();
    taken.name.clone_from(&all[1].name);
    assert_eq!(store.change_environment(&after, &taken).await, Err(Conflict::Exists(Noun::Environment).into()));
    let mut moved = after.clone();
    moved.home = Region::new("eastus");
    assert!(matches!(store.change_environment(&after, &moved).await, Err(StoreError::Invalid(_))));
    assert_eq!(store.environment(after.id).await.unwrap(), after);
    let missing = environment(&first, 9);
    let refused = store.change_environment(&missing, &missing).await;
    assert_eq!(refused, Err(StoreError::NotFound(Noun::Environment)));
}

pub(crate) async fn data_keys(store: &dyn Store) {
    let tenant = tenant(1);
    store.add_tenant(&tenant).await.unwrap();
    let environment = environment(&tenant, 1);
    let key = data_key(&environment);
    assert_eq!(store.add_data_key(&key).await, Err(StoreError::NotFound(Noun::Environment)));
    store.add_environment(&environment).await.unwrap();
    assert_eq!(store.data_key(environment.id).await, Err(StoreError::NotFound(Noun::DataKey)));
    assert_eq!(bumps(store, store.add_data_key(&key)).await, (Ok(()), true));
    assert_eq!(store.data_key(environment.id).await.unwrap(), key);
    assert_eq!(store.add_data_key(&key).await, Err(Conflict::Exists(Noun::DataKey).into()));

    let mut rewrapped = key.clone();
    rewrapped.key_encryption_key = "8899aabbccddeeff".to_owned();
    rewrapped.wrapped = vec![1, 2];
    assert_eq!(bumps(store, store.rewrap_data_keys(&[(key.clone(), rewrapped.clone())])).await, (Ok(()), true));
    assert_eq!(store.data_key(environment.id).await.unwrap(), rewrapped);
    let stale = bumps(store, store.rewrap_data_keys(&[(key.clone(), key)])).await;
    assert_eq!(stale, (Err(Conflict::Changed(Noun::DataKey).into()), false));
}

pub(crate) async fn rotation(store: &dyn Store) {
    let tenant = tenant(1);
    store.add_tenant(&tenant).await.unwrap();
    let mut changes = Vec::new();
    for number in 1..=3 {
        let environment = environment(&tenant, number);
        store.add_environment(&environment).await.unwrap();
        let before = data_key(&environment);
        store.add_data_key(&before).await.unwrap();
        let after = WrappedDataKey { wrapped: vec![number], ..before.clone() };
        changes.push((before, after));
    }
    assert_eq!(bumps(store, store.rewrap_data_keys(&[])).await, (Ok(()), false));
    let mut one_is_stale = changes.clone();
    one_is_stale[2].0.wrapped = vec![9];
    let refused = bumps(store, store.rewrap_data_keys(&one_is_stale)).await;
    assert_eq!(refused, (Err(Conflict::Changed(Noun::DataKey).into()), false));
    assert_eq!(store.data_key(changes[0].0.environment).await.unwrap(), changes[0].0, "all or none");
    assert_eq!(bumps(store, store.rewrap_data_keys(&changes)).await, (Ok(()), true));
    for (_, after) in &changes {
        assert_eq!(store.data_key(after.environment).await.unwrap(), *after);
    }
}

pub(crate) async fn cells(store: &dyn Store) {
    let all = ["a", "b", "c"].map(cell);
    for one in &all {
        assert_eq!(bumps(store, store.announce_cell(one)).await, (Ok(()), true));
    }
    assert_eq!(store.cells(None, two()).await.unwrap(), all[..2]);
    assert_eq!(store.cells(Some("b"), two()).await.unwrap(), all[2..]);
    let mut alive = all[0].clone();
    alive.seen_at = at(5);
    assert_eq!(bumps(store, store.announce_cell(&alive)).await, (Ok(()), false), "a sign of life is no news");
    assert_eq!(store.cells(None, two()).await.unwrap()[0], alive);
    alive.gateway_url = "https://moved.example".to_owned();
    assert_eq!(bumps(store, store.announce_cell(&alive)).await, (Ok(()), true));
    assert_eq!(bumps(store, store.remove_cell("a")).await, (Ok(true), true));
    assert_eq!(bumps(store, store.remove_cell("a")).await, (Ok(false), false));
    assert_eq!(store.cells(None, two()).await.unwrap(), all[1..]);
}

pub(crate) async fn registered_cells(store: &dyn Store) {
    let mut one = cell("us");
    one.registered = true;
    assert_eq!(bumps(store, store.register_cell(&one)).await, (Ok(()), true));
    assert_eq!(store.cells(None, two()).await.unwrap(), std::slice::from_ref(&one));
    let again = bumps(store, store.register_cell(&one)).await;
    assert_eq!(again, (Err(Conflict::Exists(Noun::Cell).into()), false));
    // A node that says itself that it runs is no mere entry any more.
    one.registered = false;
    assert_eq!(bumps(store, store.announce_cell(&one)).await, (Ok(()), true));
    assert_eq!(store.cells(None, two()).await.unwrap(), std::slice::from_ref(&one));
    assert_eq!(store.register_cell(&one).await, Err(Conflict::Exists(Noun::Cell).into()));
    assert_eq!(bumps(store, store.remove_cell("us")).await, (Ok(true), true));
}

pub(crate) async fn directory(store: &dyn Store) {
    let mut all = [1, 2, 3].map(directory_entry);
    all[1].boundary = Boundary::List(vec![Region::new("westus"), Region::new("eastus")]);
    all[2].boundary = Boundary::Region;
    for one in &all {
        assert_eq!(bumps(store, store.put_directory_entry(one)).await, (Ok(()), true));
    }
    assert_eq!(store.directory(None, two()).await.unwrap(), all[..2]);
    assert_eq!(store.directory(Some(all[1].connection), two()).await.unwrap(), all[2..]);
    all[0].home = Region::new("eastus");
    store.put_directory_entry(&all[0]).await.unwrap();
    assert_eq!(store.directory(None, two()).await.unwrap()[0], all[0]);
    let facts = store.snapshot_facts(at(9), &std::collections::BTreeSet::new()).await.unwrap();
    assert_eq!(facts.directory, all);
    assert_eq!(bumps(store, store.remove_directory_entry(all[0].connection)).await, (Ok(true), true));
    assert_eq!(bumps(store, store.remove_directory_entry(all[0].connection)).await, (Ok(false), false));
    // What this database holds is not elsewhere.
    let (environment, publication) = grounds(store).await;
    let held = connection(&environment, &publication, 1);
    store.add_connection(&held, None).await.unwrap();
    let mut entry = directory_entry(4);
    entry.connection = held.id;
    let refused = bumps(store, store.put_directory_entry(&entry)).await;
    assert_eq!(refused, (Err(Conflict::Exists(Noun::Connection).into()), false));
}

pub(crate) async fn verifications(store: &dyn Store) {
    let mut one = Verification {
        connector: "contoso-crm".parse().unwrap(),
        host: HostName::parse("api.contoso.com").unwrap(),
        port: 443,
        check: Recheck::Dns,
        outcome: RecheckOutcome::Passed,
        drift: None,
        detail: "as it was".to_owned(),
        baseline: Some("api.contoso.com".to_owned()),
        last_run: at(1),
        due: at(2),
        drifting_since: None,
    };
    let held = async || store.snapshot_facts(at(9), &std::collections::BTreeSet::new()).await.unwrap().suspensions;
    assert_eq!(bumps(store, store.put_verification(&one, None)).await, (Ok(()), false), "nothing is held by it");
    assert_eq!(store.verifications(&one.connector).await.unwrap(), std::slice::from_ref(&one));
    one.outcome = RecheckOutcome::Suspended;
    (one.drift, one.drifting_since) = (Some(Drift::EndpointMoved), Some(at(3)));
    assert_eq!(bumps(store, store.put_verification(&one, None)).await, (Ok(()), true));
    assert_eq!(store.verifications(&one.connector).await.unwrap(), std::slice::from_ref(&one));
    let suspension =
        Suspension { connector: one.connector.clone(), host: one.host.clone(), port: 443, drift: Drift::EndpointMoved };
    assert_eq!(held().await, [suspension]);
    one.last_run = at(4);
    assert_eq!(bumps(store, store.put_verification(&one, None)).await, (Ok(()), false), "it is held as before");
    let remove = || store.remove_verification(&one.connector, &one.host, 443, Recheck::Dns);
    assert_eq!(bumps(store, remove()).await, (Ok(true), true));
    assert_eq!((remove().await, held().await.len()), (Ok(false), 0));
    assert!(store.verifications(&"other".parse().unwrap()).await.unwrap().is_empty());

    // However many hosts there are, none is left out: what is left out would be let go.
    let many = 1_005_u16;
    for port in 1..=many {
        let outcome = if port == many { RecheckOutcome::Suspended } else { RecheckOutcome::Passed };
        store.put_verification(&Verification { port, outcome, ..one.clone() }, None).await.unwrap();
    }
    assert_eq!(store.verifications(&one.connector).await.unwrap().len(), usize::from(many));
    let last = Verification { port: many, ..one.clone() };
    assert_eq!(store.holding_verifications(&one.connector).await.unwrap(), std::slice::from_ref(&last));
    let ask = |port| store.verification(&one.connector, &one.host, port, Recheck::Dns);
    assert_eq!((ask(many).await.unwrap(), ask(many + 1).await.unwrap()), (Some(last), None));
    assert_eq!(store.verification(&one.connector, &one.host, 1, Recheck::Bars).await.unwrap(), None);
}
