//! Re-verification in SQLite.

use super::SqliteStore;
use super::column::Columns;
use super::statement::{many, one, run};
use crate::StoreError;
use crate::repository::VerificationRepository;
use async_trait::async_trait;
use backshell_model::{ConnectorSlug, Drift, HostName, Recheck, RecheckOutcome, Suspension, Timestamp, Verification};
use sqlx::sqlite::SqliteRow;

#[async_trait]
impl VerificationRepository for SqliteStore {
    async fn put_verification(&self, verification: &Verification, seen: Option<Timestamp>) -> Result<(), StoreError> {
        let Verification {
            connector,
            host,
            port,
            check,
            outcome,
            drift,
            detail,
            baseline,
            last_run,
            due,
            drifting_since,
        } = verification;
        let mut write = self.write().await?;
        let before = sqlx::query(
            "SELECT outcome, drift, due FROM verifications WHERE connector = ?1 AND host = ?2 AND port = ?3 AND kind = ?4",
        )
        .bind(connector.as_str())
        .bind(host.as_str())
        .bind(i64::from(*port))
        .bind(check.as_str());
        let held = |outcome: &str, drift: Option<&str>| {
            (outcome == RecheckOutcome::Suspended.as_str()).then(|| drift.map(str::to_owned))
        };
        let mut next = due.as_micros();
        let before = match one(write.sql(), before).await? {
            Some(row) => {
                let kept: i64 = row.value("due")?;
                if kept < 0 && seen.is_some_and(|seen| seen.as_micros() != kept) {
                    next = kept;
                }
                held(row.value("outcome")?, row.value("drift")?)
            }
            None => None,
        };
        let after = held(outcome.as_str(), drift.map(Drift::as_str));
        let row = sqlx::query(
            "INSERT OR REPLACE INTO verifications
                 (connector, host, port, kind, outcome, drift, detail, baseline, last_run, due, drifting_since)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )
        .bind(connector.as_str())
        .bind(host.as_str())
        .bind(i64::from(*port))
        .bind(check.as_str())
        .bind(outcome.as_str())
        .bind(drift.map(Drift::as_str))
        .bind(detail)
        .bind(baseline.as_deref())
        .bind(last_run.as_micros())
        .bind(next)
        .bind(drifting_since.map(Timestamp::as_micros));
        run(write.sql(), row).await?;
        if before == after { write.commit().await } else { write.commit_facts().await }
    }

    async fn remove_verification(
        &self,
        connector: &ConnectorSlug,
        host: &HostName,
        port: u16,
        check: Recheck,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let query =
            sqlx::query("DELETE FROM verifications WHERE connector = ?1 AND host = ?2 AND port = ?3 AND kind = ?4")
                .bind(connector.as_str())
                .bind(host.as_str())
                .bind(i64::from(port))
                .bind(check.as_str());
        let removed = run(write.sql(), query).await? > 0;
        write.commit_facts_if(removed).await
    }

    async fn verifications(&self, connector: &ConnectorSlug) -> Result<Vec<Verification>, StoreError> {
        // Without a limit: a row that is left out is a host that is let go. There are as many as hosts in use.
        let query = sqlx::query("SELECT * FROM verifications WHERE connector = ?1 ORDER BY host, port, kind")
            .bind(connector.as_str());
        many(&self.readers, query, verification).await
    }

    async fn verification(
        &self,
        connector: &ConnectorSlug,
        host: &HostName,
        port: u16,
        check: Recheck,
    ) -> Result<Option<Verification>, StoreError> {
        let query =
            sqlx::query("SELECT * FROM verifications WHERE connector = ?1 AND host = ?2 AND port = ?3 AND kind = ?4")
                .bind(connector.as_str())
                .bind(host.as_str())
                .bind(i64::from(port))
                .bind(check.as_str());
        one(&self.readers, query).await?.as_ref().map(verification).transpose()
    }

    async fn holding_verifications(&self, connector: &ConnectorSlug) -> Result<Vec<Verification>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM verifications WHERE connector = ?1 AND outcome IN (?2, ?3) ORDER BY host, port, kind",
        )
        .bind(connector.as_str())
        .bind(RecheckOutcome::Restricted.as_str())
        .bind(RecheckOutcome::Suspended.as_str());
        many(&self.readers, query, verification).await
    }
}

fn verification(row: &SqliteRow) -> Result<Verification, StoreError> {
    let drift = row.value::<Option<&str>>("drift")?;
    Ok(Verification {
        connector: row.parsed("connector")?,
        host: row.named("host", HostName::parse)?,
        port: row.count("port")?,
        check: row.word("kind", Recheck::from_word)?,
        outcome: row.word("outcome", RecheckOutcome::from_word)?,
        drift: drift.map(|word| Drift::from_word(word).ok_or(StoreError::Corrupt("drift"))).transpose()?,
        detail: row.text("detail")?,
        baseline: row.value("baseline")?,
        last_run: row.time("last_run")?,
        due: row.time("due")?,
        drifting_since: row.value::<Option<i64>>("drifting_since")?.map(Timestamp::from_micros),
    })
}

pub(super) fn suspension(row: &SqliteRow) -> Result<Suspension, StoreError> {
    Ok(Suspension {
        connector: row.parsed("connector")?,
        host: row.named("host", HostName::parse)?,
        port: row.count("port")?,
        drift: row.word("drift", Drift::from_word)?,
    })
}
