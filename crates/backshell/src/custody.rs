//! What the database holds of environments that this cell lies outside of: listed at the start, and refused.
//!
//! Nothing of it is loaded: no secret is opened, no call made, no record written. It is not removed either, because a wrong
//! `cell.region` would then delete what belongs here.

use backshell_boundary::{AllowedSet, CellIdentity, cell_decision};
use backshell_console::OutsideFacts;
use backshell_ledger::{ActRecord, Ledger, Outcome};
use backshell_model::{Environment, Timestamp};
use backshell_store::{ConnectionFilter, Limit, Store, StoreError};

/// Looks through the database, puts what does not belong here on record and returns it.
pub(crate) async fn review(
    store: &dyn Store,
    ledger: &Ledger,
    cell: &CellIdentity,
    now: Timestamp,
) -> anyhow::Result<Vec<OutsideFacts>> {
    let mut outside = Vec::new();
    let mut after = None;
    loop {
        let environments = store.environments(after, Limit::MAX).await?;
        let Some(last) = environments.last() else { break };
        after = Some(last.id);
        for environment in &environments {
            let (row, reason) = match AllowedSet::of(environment) {
                Ok(allowed) => match cell_decision(cell, now, &allowed) {
                    Ok(_) => continue,
                    Err(wrong) => (wrong.row, wrong.reason()),
                },
                Err(error) => (error.row(), error.reason()),
            };
            let facts = count(store, environment, row.as_str(), reason).await?;
            if facts.connections > 0 || facts.data_key {
                outside.push(facts);
            }
        }
    }
    for facts in &outside {
        tracing::warn!(
            environment = facts.environment,
            home = facts.home,
            reason = facts.reason,
            connections = facts.connections,
            secrets = facts.secrets,
            "the database holds what may not be kept in this cell; it is not loaded and not served"
        );
        record(ledger, facts).await?;
    }
    Ok(outside)
}

async fn count(
    store: &dyn Store,
    environment: &Environment,
    row: &'static str,
    reason: &'static str,
) -> Result<OutsideFacts, StoreError> {
    let filter = ConnectionFilter { environment: Some(environment.id), ..ConnectionFilter::default() };
    let (mut connections, mut secrets, mut after) = (0_u64, 0_u64, None);
    loop {
        let page = store.connections(&filter, after, Limit::MAX).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for connection in &page {
            connections = connections.saturating_add(1);
            secrets = secrets.saturating_add(u64::from(store.sealed_secrets(connection.id).await?.is_some()));
        }
    }
    let data_key = match store.data_key(environment.id).await {
        Ok(_) => true,
        Err(StoreError::NotFound(_)) => false,
        Err(error) => return Err(error),
    };
    let (environment, home) = (environment.id.to_string(), environment.home.to_string());
    Ok(OutsideFacts { environment, home, row, reason, connections, secrets, data_key })
}

/// A record of the cell's own: nothing of the environment but that it does not belong here.
async fn record(ledger: &Ledger, facts: &OutsideFacts) -> anyhow::Result<()> {
    let (connections, secrets) = (facts.connections.to_string(), facts.secrets.to_string());
    let mut act = ActRecord::done(None, "custody.refuse", &facts.environment);
    act.outcome = Outcome::Refused;
    act.details = vec![
        ("row", facts.row),
        ("reason", facts.reason),
        ("home", &facts.home),
        ("connections", &connections),
        ("secrets", &secrets),
    ];
    Ok(ledger.act(act).await?)
}
