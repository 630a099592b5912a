//! Reads the ledger, page by page, and what the database knows about the names in it.

use crate::directory::{ConnectorFacts, Directory, EnvironmentFacts, GrantFacts};
use crate::flows::{By, Flows, Limits};
use crate::time::{Period, date};
use backshell_model::{ConnectorSlug, CrossingGrant, EnvironmentId, GrantId, Timestamp, TransferBasis};
use backshell_store::{Limit, Store, StoreError};
use std::collections::BTreeSet;

/// How long after the end of the period completions are still looked for, seconds: a call is over by then.
const GRACE_SECONDS: i64 = 24 * 60 * 60;

/// What is asked of the ledger.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query {
    /// The time of the calls.
    pub period: Period,
    /// Only this environment.
    pub environment: Option<EnvironmentId>,
    /// How finely callers are told apart.
    pub by: By,
    /// How much is kept in memory.
    pub limits: Limits,
}

/// Why there are no records.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// The store could not be read.
    #[error("the ledger cannot be read: {0}")]
    Store(#[from] StoreError),
    /// A rendering failed.
    #[error("the records cannot be written: {0}")]
    Write(String),
}

/// Adds up the ledger. Reads it once, from the first record of the period on; keeps one page and the sums.
///
/// The first record is searched for as if times in the ledger never went back. Where a clock was set back by more than the
/// beginning of the period is old, records before it are not looked at.
pub async fn gather(store: &dyn Store, query: &Query) -> Result<Flows, RecordsError> {
    let mut flows = Flows::new(query.period, query.by, query.limits);
    let wanted = query.environment.map(|environment| environment.to_string());
    let mut after = match query.period.from {
        Some(from) => last_before(store, from).await?,
        None => 0,
    };
    let end = query.period.to.map(|to| to.plus_secs(GRACE_SECONDS));
    loop {
        let rows = store.ledger_rows(after, Limit::MAX).await?;
        let Some(last) = rows.last() else { break };
        let (seq, at) = (last.seq, last.at);
        after = seq;
        let is_last = rows.len() < Limit::MAX.get();
        for row in rows {
            if wanted.is_none() || wanted == row.environment {
                flows.add(&row.kind, row.at, row.environment.as_deref(), row.body.as_deref());
            }
        }
        let is_over = query.period.to.is_some_and(|to| at >= to && !flows.waits());
        if is_last || is_over || end.is_some_and(|end| at >= end) {
            break;
        }
    }
    flows.finish();
    Ok(flows)
}

/// The number of the last record before `at`; 0 when there is none.
async fn last_before(store: &dyn Store, at: Timestamp) -> Result<i64, StoreError> {
    let (mut low, mut high) = (0, store.ledger_tail().await?.map_or(0, |row| row.seq));
    while low < high {
        let middle = low + (high - low + 1) / 2;
        let row = store.ledger_rows(middle.saturating_sub(1), Limit::new(1)).await?.pop();
        if row.is_some_and(|row| row.at < at) { low = middle } else { high = middle - 1 }
    }
    Ok(low)
}

/// What the database knows about the names in `flows`. The policy is that of the connector's current version.
pub async fn directory(store: &dyn Store, flows: &Flows) -> Result<Directory, RecordsError> {
    let mut directory = Directory::default();
    let mut after = None;
    loop {
        let environments = store.environments(after, Limit::MAX).await?;
        let Some(last) = environments.last() else { break };
        after = Some(last.id);
        for environment in environments {
            let facts = EnvironmentFacts { name: environment.name, home: environment.home };
            directory.environments.insert(environment.id.to_string(), facts);
        }
    }
    let slugs: BTreeSet<&str> = flows.flows().into_iter().map(|(key, _)| key.connector.as_str()).collect();
    for slug in slugs.into_iter().filter_map(|slug| slug.parse::<ConnectorSlug>().ok()) {
        let connector = match store.connector(&slug).await {
            Ok(connector) => connector,
            Err(StoreError::NotFound(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        let policy = match store.current_version(&slug).await {
            Ok(version) => policy(&version.report),
            Err(StoreError::NotFound(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let facts = ConnectorFacts {
            title: connector.title,
            publisher: connector.publisher,
            publisher_kind: connector.publisher_kind,
            infrastructure: connector.infrastructure,
            policy,
        };
        directory.connectors.insert(slug.to_string(), facts);
    }
    let grants: BTreeSet<&str> =
        flows.flows().into_iter().flat_map(|(key, _)| &key.grants).map(String::as_str).collect();
    for id in grants.into_iter().filter_map(|id| id.parse::<GrantId>().ok()) {
        match store.crossing_grant(id).await {
            Ok(grant) => drop(directory.grants.insert(id.to_string(), grant_facts(&grant))),
            Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(directory)
}

/// What a grant records about its transfer, in words. Whether it is so is not for this program to say.
fn grant_facts(grant: &CrossingGrant) -> GrantFacts {
    let clauses = "standard contractual clauses of Decision (EU) 2021/914";
    let basis = match grant.basis {
        TransferBasis::Adequacy => "adequacy decision (Art. 45)".to_owned(),
        TransferBasis::Dpf => "entry on the Data Privacy Framework list (Art. 45)".to_owned(),
        TransferBasis::SccModule1 => format!("{clauses}, module 1 (Art. 46)"),
        TransferBasis::SccModule2 => format!("{clauses}, module 2 (Art. 46)"),
        TransferBasis::SccModule3 => format!("{clauses}, module 3 (Art. 46)"),
        TransferBasis::SccModule4 => format!("{clauses}, module 4 (Art. 46)"),
        TransferBasis::Bcr => "binding corporate rules (Art. 47)".to_owned(),
        TransferBasis::NoneNeeded => {
            "no transfer in the sense of Chapter V, as whoever recorded the grant says".to_owned()
        }
    };
    let basis = if grant.reference.is_empty() { basis } else { format!("{basis}: {}", grant.reference) };
    GrantFacts { basis, purpose: grant.purpose.clone(), until: date(grant.expires_at) }
}

/// The privacy policy that a certification report names. Only an address on the web is taken.
fn policy(report: &str) -> Option<String> {
    let report: serde_json::Value = serde_json::from_str(report).ok()?;
    let statements = report.get("responsibility")?.as_array()?;
    let mut policies = statements.iter().filter_map(|statement| statement.get("policy")?.as_str());
    policies.find(|policy| policy.starts_with("https://") || policy.starts_with("http://")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_store::{LedgerRepository, LedgerRow, SqliteStore};

    async fn store(times: &[i64]) -> SqliteStore {
        let store = SqliteStore::in_memory().await.unwrap();
        let rows: Vec<LedgerRow> = times
            .iter()
            .zip(1..)
            .map(|(at, seq)| LedgerRow {
                seq,
                at: Timestamp::from_secs(*at),
                kind: "decision".into(),
                environment: None,
                body: Some(format!(r#"{{"call":"call_{seq}","outcome":"allowed","connector":"crm"}}"#)),
                body_hash: [0; 32],
                hash: [0; 32],
            })
            .collect();
        store.append(&rows).await.unwrap();
        store
    }

    #[tokio::test]
    async fn reading_begins_where_the_period_does() {
        let times: Vec<i64> = (1..=3_000).map(|number| number * 10).collect();
        let store = store(&times).await;
        for (at, seq) in [(0, 0), (10, 0), (11, 1), (15_000, 1_499), (30_000, 2_999), (99_999, 3_000)] {
            assert_eq!(last_before(&store, Timestamp::from_secs(at)).await.unwrap(), seq, "{at}");
        }
        for (from, to, calls) in
            [(None, None, 3_000), (Some(15_000), None, 1_501), (Some(101), Some(201), 10), (None, Some(11), 1)]
        {
            let period = Period { from: from.map(Timestamp::from_secs), to: to.map(Timestamp::from_secs) };
            let flows = gather(&store, &Query { period, ..Query::default() }).await.unwrap();
            assert_eq!(flows.flows().iter().map(|(_, flow)| flow.calls).sum::<u64>(), calls, "{from:?} {to:?}");
        }
        let empty = SqliteStore::in_memory().await.unwrap();
        let query = Query { period: Period { from: Some(Timestamp::from_secs(1)), to: None }, ..Query::default() };
        assert!(gather(&empty, &query).await.unwrap().flows().is_empty());
    }

    #[test]
    fn a_policy_is_an_address_on_the_web() {
        let report = |policy: &str| format!(r#"{{"responsibility":[{{"policy":null}},{{"policy":"{policy}"}}]}}"#);
        assert_eq!(
            policy(&report("https://contoso.example/privacy")).as_deref(),
            Some("https://contoso.example/privacy")
        );
        assert_eq!(policy(&report("javascript:alert(1)")), None);
        assert_eq!(policy("{}"), None);
        assert_eq!(policy("not JSON"), None);
    }
}
