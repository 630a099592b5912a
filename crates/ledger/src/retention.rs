//! Retention: when the time of a record is over its body goes, and the chain stays.
//!
//! Bodies are erased by class. Calls (decisions that allowed one, and completions) are kept for the shorter time. What an
//! audit asks for is kept longer: refusals, calls that went on with a grant, and administrative acts. The first record is
//! kept for good; it names nobody.
//!
//! A run goes in batches, each one transaction, and remembers how far it came: it can be cut off anywhere and goes on with
//! the next run. A body is erased when its own time says so; a clock that was wrong for a while makes a later run look
//! again, and never erases what is young.

use crate::body::{At, COMPLETION, DECISION};
use crate::chain::GENESIS;
use crate::error::LedgerError;
use crate::ledger::Ledger;
use crate::record::{ActRecord, Who};
use backshell_model::{Timestamp, UserId};
use backshell_store::{LedgerRow, Limit, Store, StoreError, UserTraces};
use serde::Deserialize;
use std::time::Duration;

/// How many records one transaction looks at.
const BATCH: usize = 500;

/// How long a run rests between batches, so that whoever appends gets a turn.
const REST: Duration = Duration::from_millis(5);

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// How long bodies are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Calls: decisions that allowed one, and completions. Days.
    pub calls_days: u32,
    /// Refusals, calls that went on with a grant, and administrative acts. Days.
    pub audit_days: u32,
}

impl Retention {
    /// The shortest and the longest time that can be set, days.
    pub const DAYS: std::ops::RangeInclusive<u32> = 1..=3_650;

    /// Bodies of `class` that are older than this are erased.
    fn cutoff(self, class: Class, now: Timestamp) -> Timestamp {
        let days = match class {
            Class::Calls => self.calls_days,
            Class::Audit => self.audit_days,
        };
        let micros = i64::from(days).saturating_mul(DAY_SECONDS).saturating_mul(1_000_000);
        Timestamp::from_micros(now.as_micros().saturating_sub(micros))
    }
}

impl Default for Retention {
    /// 90 days for calls, 400 for what an audit asks for.
    fn default() -> Self {
        Self { calls_days: 90, audit_days: 400 }
    }
}

/// What a retention run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionRun {
    /// Bodies of calls that were erased.
    pub calls: u64,
    /// Bodies of refusals, grants and acts that were erased.
    pub audit: u64,
    /// Whether nothing of them can be read from the database's files any more. False when somebody read the database at
    /// the end of the run; the next run sees to it.
    pub scrubbed: bool,
}

impl RetentionRun {
    /// All bodies that were erased.
    pub fn erased(&self) -> u64 {
        self.calls.saturating_add(self.audit)
    }
}

/// Erases the bodies whose time is over at `now`. Each run is two acts on record: `ledger.retain` before anything is
/// erased, with the times before which bodies go, and `ledger.retained` with what went. `who` is the caller; `None` for the
/// node itself.
pub async fn retain(
    ledger: &Ledger,
    store: &dyn Store,
    retention: Retention,
    now: Timestamp,
    who: Option<Who<'_>>,
) -> Result<RetentionRun, LedgerError> {
    let before = Class::ALL.map(|class| At(retention.cutoff(class, now)).to_string());
    let [calls, audit] = &before;
    let mut begun = ActRecord::done(who, "ledger.retain", "ledger");
    begun.details = vec![("calls_before", calls), ("audit_before", audit)];
    ledger.act(begun).await?;

    let mut run = RetentionRun::default();
    for class in Class::ALL {
        let erased = erase_class(store, class, retention.cutoff(class, now))
            .await
            .map_err(|error| LedgerError::unavailable(&error))?;
        match class {
            Class::Calls => run.calls = erased,
            Class::Audit => run.audit = erased,
        }
    }
    run.scrubbed = store.scrub().await.map_err(|error| LedgerError::unavailable(&error))?;

    let (calls, audit) = (run.calls.to_string(), run.audit.to_string());
    let mut ended = ActRecord::done(who, "ledger.retained", "ledger");
    ended.details = vec![("calls", &calls), ("audit", &audit)];
    ledger.act(ended).await?;
    Ok(run)
}

/// How many bodies a run at `now` would erase, by class: calls, then audit. Erases nothing.
pub async fn due(store: &dyn Store, retention: Retention, now: Timestamp) -> Result<(u64, u64), StoreError> {
    let mut due = [0; 2];
    for (class, due) in Class::ALL.into_iter().zip(&mut due) {
        let mut cursor = Cursor::new(store, class, retention.cutoff(class, now)).await?;
        while let Some(batch) = cursor.next(store).await? {
            *due += u64::try_from(batch.erase.len()).unwrap_or(u64::MAX);
        }
    }
    let [calls, audit] = due;
    Ok((calls, audit))
}

/// What an erasure of a user did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Whether the ledger knew the user by a pseudonym; it is nobody's now.
    pub pseudonym: bool,
    /// Tokens that were revoked or expired, and are forgotten: records name tokens, and a token names its user.
    pub tokens: u64,
    /// What still names the user because it is in use.
    pub left: UserTraces,
    /// Whether nothing of what was erased can be read from the database's files any more. False when somebody read the
    /// database at this moment; the next erasure or retention run sees to it.
    pub scrubbed: bool,
}

impl Erasure {
    /// Whether there was anything to erase.
    pub fn found(&self) -> bool {
        self.pseudonym || self.tokens > 0
    }
}

/// Erases who stands behind a user's pseudonym, and the dead tokens that would still tell. The records stay in the chain
/// and are nobody's from then on. The act itself is for the caller to record, before, without naming the user.
pub async fn erase_user(
    ledger: &Ledger,
    store: &dyn Store,
    user: &UserId,
    now: Timestamp,
) -> Result<Erasure, LedgerError> {
    let pseudonym = ledger.erase_user(user).await?;
    let tokens = store.remove_dead_tokens(user, now).await.map_err(|error| LedgerError::unavailable(&error))?;
    let left = store.traces_of(user, now).await.map_err(|error| LedgerError::unavailable(&error))?;
    let scrubbed = store.scrub().await.map_err(|error| LedgerError::unavailable(&error))?;
    Ok(Erasure { pseudonym, tokens, left, scrubbed })
}

/// Which time applies to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Calls,
    Audit,
}

impl Class {
    const ALL: [Self; 2] = [Self::Calls, Self::Audit];

    /// The names of the marks that say how far erasing, and giving back space, have come.
    const fn marks(self) -> (&'static str, &'static str) {
        match self {
            Self::Calls => ("calls", "calls-space"),
            Self::Audit => ("audit", "audit-space"),
        }
    }

    /// The class of a record that has a body; `None` for one that is kept.
    fn of(row: &LedgerRow) -> Option<Self> {
        match &*row.kind {
            GENESIS => None,
            COMPLETION => Some(Self::Calls),
            DECISION => {
                // What cannot be read is kept for the longer time.
                let body = row.body.as_deref().and_then(|body| serde_json::from_str::<DecisionFacts>(body).ok());
                Some(if body.is_some_and(|body| body.is_plain()) { Self::Calls } else { Self::Audit })
            }
            _ => Some(Self::Audit),
        }
    }
}

/// What retention asks of a decision. Other members of a body, and those of later shapes, do not matter to it.
#[derive(Deserialize)]
struct DecisionFacts {
    outcome: String,
    boundary: Option<BoundaryFacts>,
}

#[derive(Deserialize)]
struct BoundaryFacts {
    row: Option<String>,
    #[serde(default)]
    grants: Vec<serde::de::IgnoredAny>,
}

impl DecisionFacts {
    /// Whether the call was allowed, and without a grant.
    fn is_plain(&self) -> bool {
        let by_grant = self
            .boundary
            .as_ref()
            .is_some_and(|boundary| !boundary.grants.is_empty() || boundary.row.as_deref() == Some("D12"));
        self.outcome == "allowed" && !by_grant
    }
}

/// Goes over the records of one class that may have to be erased, in batches.
struct Cursor {
    class: Class,
    cutoff: Timestamp,
    after: i64,
    /// The record before the first that was too young; the mark stays there.
    waits_at: Option<i64>,
}

struct Batch {
    erase: Vec<i64>,
    mark: i64,
}

impl Cursor {
    async fn new(store: &dyn Store, class: Class, cutoff: Timestamp) -> Result<Self, StoreError> {
        let after = store.retention_mark(class.marks().0).await?;
        Ok(Self { class, cutoff, after, waits_at: None })
    }

    /// The next batch; `None` when everything that follows is young.
    async fn next(&mut self, store: &dyn Store) -> Result<Option<Batch>, StoreError> {
        let rows = store.ledger_rows(self.after, Limit::new(BATCH)).await?;
        let Some(last) = rows.last().map(|row| row.seq) else { return Ok(None) };
        let is_old = |row: &LedgerRow| row.at < self.cutoff;
        if !rows.iter().any(is_old) {
            return Ok(None);
        }
        if self.waits_at.is_none() {
            self.waits_at = rows.iter().find(|row| !is_old(row)).map(|row| row.seq.saturating_sub(1));
        }
        let erase = rows
            .iter()
            .filter(|row| is_old(row) && row.body.is_some() && Class::of(row) == Some(self.class))
            .map(|row| row.seq)
            .collect();
        self.after = last;
        Ok(Some(Batch { erase, mark: self.waits_at.unwrap_or(last) }))
    }
}

async fn erase_class(store: &dyn Store, class: Class, cutoff: Timestamp) -> Result<u64, StoreError> {
    let (mark, space) = class.marks();
    let mut cursor = Cursor::new(store, class, cutoff).await?;
    let mut erased = 0;
    while let Some(batch) = cursor.next(store).await? {
        erased += store.retain(mark, &batch.erase, batch.mark).await?;
        tokio::time::sleep(REST).await;
    }
    let to = store.retention_mark(mark).await?;
    while store.reclaim(space, to).await? {
        tokio::time::sleep(REST).await;
    }
    Ok(erased)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: &'static str, body: &str) -> LedgerRow {
        LedgerRow {
            seq: 1,
            at: Timestamp::from_secs(0),
            kind: kind.into(),
            environment: None,
            body: Some(body.to_owned()),
            body_hash: [0; 32],
            hash: [0; 32],
        }
    }

    #[test]
    fn refusals_grants_and_acts_are_kept_longer() {
        for (kind, body, class) in [
            ("genesis", "{}", None),
            ("completion", "{}", Some(Class::Calls)),
            ("decision", r#"{"outcome":"allowed"}"#, Some(Class::Calls)),
            ("decision", r#"{"outcome":"allowed","boundary":{"row":"D20","notice":true}}"#, Some(Class::Calls)),
            ("decision", r#"{"outcome":"refused","boundary":{"row":"D11"}}"#, Some(Class::Audit)),
            ("decision", r#"{"outcome":"allowed","boundary":{"row":"D12"}}"#, Some(Class::Audit)),
            ("decision", r#"{"outcome":"allowed","boundary":{"row":"D17","grants":["grt_1"]}}"#, Some(Class::Audit)),
            ("decision", r#"{"outcome":"allowed","boundary":{"row":"D13","grants":[]}}"#, Some(Class::Calls)),
            ("decision", "not JSON", Some(Class::Audit)),
            ("act", "{}", Some(Class::Audit)),
            ("refusals", "{}", Some(Class::Audit)),
            ("of a later version", "{}", Some(Class::Audit)),
        ] {
            assert_eq!(Class::of(&row(kind, body)), class, "{kind} {body}");
        }
    }

    #[test]
    fn times_are_whole_days_and_never_overflow() {
        let retention = Retention { calls_days: 1, audit_days: 3_650 };
        let now = Timestamp::from_secs(10 * DAY_SECONDS);
        assert_eq!(retention.cutoff(Class::Calls, now), Timestamp::from_secs(9 * DAY_SECONDS));
        let beginning = Timestamp::from_micros(i64::MIN);
        assert_eq!(retention.cutoff(Class::Audit, beginning), beginning);
    }
}
