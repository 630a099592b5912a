//! Proofs of ownership and consents of owners in SQLite.

use super::column::Columns;
use super::statement::{insert, many, one, run};
use super::{SqliteStore, Write};
use crate::repository::OwnershipRepository;
use crate::{Conflict, Limit, Noun, StoreError};
use async_trait::async_trait;
use backshell_model::{
    ConnectorSlug, ConsentId, HostName, OwnershipConsent, OwnershipProof, ProofId, ProofMethod, Recheck, Timestamp,
    UserId,
};
use sqlx::sqlite::SqliteRow;

#[async_trait]
impl OwnershipRepository for SqliteStore {
    async fn add_ownership_proof(&self, proof: &OwnershipProof) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let row = sqlx::query(
            "INSERT INTO ownership_proofs
                 (id, connector, publisher, host, answer, opened_by, opened_at, checks, failures, proven_method, proven_at,
                  due, revoked_at, revision)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )
        .bind(proof.id.to_string())
        .bind(proof.connector.as_str())
        .bind(proof.publisher.as_str())
        .bind(proof.host.as_str())
        .bind(proof.answer.to_vec())
        .bind(proof.opened_by.as_str())
        .bind(proof.opened_at.as_micros())
        .bind(times(&proof.checks))
        .bind(times(&proof.failures))
        .bind(proof.proven.map(|(method, _)| method.as_str()))
        .bind(proof.proven.map(|(_, at)| at.as_micros()))
        .bind(proof.due.map(Timestamp::as_micros))
        .bind(proof.revoked_at.map(Timestamp::as_micros))
        .bind(proof.revision);
        insert(write.sql(), row, Noun::OwnershipProof, Noun::Connector).await?;
        falls_due(&mut write, &proof.connector).await?;
        write.commit().await
    }

    async fn change_ownership_proof(&self, proof: &OwnershipProof) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let known = sqlx::query("SELECT 1 FROM ownership_proofs WHERE id = ?1").bind(proof.id.to_string());
        one(write.sql(), known).await?.ok_or(StoreError::NotFound(Noun::OwnershipProof))?;
        let change = sqlx::query(
            "UPDATE ownership_proofs
             SET checks = ?3, failures = ?4, proven_method = ?5, proven_at = ?6, due = ?7, revoked_at = ?8,
                 revision = revision + 1
             WHERE id = ?1 AND revision = ?2 AND revoked_at IS NULL",
        )
        .bind(proof.id.to_string())
        .bind(proof.revision)
        .bind(times(&proof.checks))
        .bind(times(&proof.failures))
        .bind(proof.proven.map(|(method, _)| method.as_str()))
        .bind(proof.proven.map(|(_, at)| at.as_micros()))
        .bind(proof.due.map(Timestamp::as_micros))
        .bind(proof.revoked_at.map(Timestamp::as_micros));
        if run(write.sql(), change).await? == 0 {
            return Err(Conflict::Changed(Noun::OwnershipProof).into());
        }
        falls_due(&mut write, &proof.connector).await?;
        write.commit().await
    }

    async fn ownership_proof(&self, id: ProofId) -> Result<OwnershipProof, StoreError> {
        let query = sqlx::query("SELECT * FROM ownership_proofs WHERE id = ?1").bind(id.to_string());
        proof(&one(&self.readers, query).await?.ok_or(StoreError::NotFound(Noun::OwnershipProof))?)
    }

    async fn ownership_proofs(
        &self,
        connector: &ConnectorSlug,
        after: Option<ProofId>,
        limit: Limit,
    ) -> Result<Vec<OwnershipProof>, StoreError> {
        let query = sqlx::query("SELECT * FROM ownership_proofs WHERE connector = ?1 AND id > ?2 ORDER BY id LIMIT ?3")
            .bind(connector.as_str())
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(limit.rows());
        many(&self.readers, query, proof).await
    }

    async fn due_ownership_proofs(&self, now: Timestamp, limit: Limit) -> Result<Vec<OwnershipProof>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM ownership_proofs
             WHERE due IS NOT NULL AND revoked_at IS NULL AND due <= ?1 ORDER BY due, id LIMIT ?2",
        )
        .bind(now.as_micros())
        .bind(limit.rows());
        many(&self.readers, query, proof).await
    }

    async fn add_ownership_consent(&self, consent: &OwnershipConsent) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let row = sqlx::query(
            "INSERT INTO ownership_consents
                 (id, connector, publisher, host, company, approver, reference, privacy_policy, recorded_by, recorded_at,
                  expires_at, revoked_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )
        .bind(consent.id.to_string())
        .bind(consent.connector.as_str())
        .bind(consent.publisher.as_str())
        .bind(consent.host.as_str())
        .bind(&consent.company)
        .bind(&consent.approver)
        .bind(&consent.reference)
        .bind(&consent.privacy_policy)
        .bind(consent.recorded_by.as_str())
        .bind(consent.recorded_at.as_micros())
        .bind(consent.expires_at.as_micros())
        .bind(consent.revoked_at.map(Timestamp::as_micros));
        insert(write.sql(), row, Noun::OwnershipConsent, Noun::Connector).await?;
        falls_due(&mut write, &consent.connector).await?;
        write.commit().await
    }

    async fn revoke_ownership_consent(&self, id: ConsentId, at: Timestamp) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let known = sqlx::query("SELECT connector FROM ownership_consents WHERE id = ?1").bind(id.to_string());
        let known = one(write.sql(), known).await?.ok_or(StoreError::NotFound(Noun::OwnershipConsent))?;
        let change = sqlx::query("UPDATE ownership_consents SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")
            .bind(id.to_string())
            .bind(at.as_micros());
        let revoked = run(write.sql(), change).await? > 0;
        if revoked {
            falls_due(&mut write, &known.parsed("connector")?).await?;
            write.commit().await?;
        }
        Ok(revoked)
    }

    async fn ownership_consent(&self, id: ConsentId) -> Result<OwnershipConsent, StoreError> {
        let query = sqlx::query("SELECT * FROM ownership_consents WHERE id = ?1").bind(id.to_string());
        consent(&one(&self.readers, query).await?.ok_or(StoreError::NotFound(Noun::OwnershipConsent))?)
    }

    async fn ownership_consents(
        &self,
        connector: &ConnectorSlug,
        after: Option<ConsentId>,
        limit: Limit,
    ) -> Result<Vec<OwnershipConsent>, StoreError> {
        let query =
            sqlx::query("SELECT * FROM ownership_consents WHERE connector = ?1 AND id > ?2 ORDER BY id LIMIT ?3")
                .bind(connector.as_str())
                .bind(after.map(|id| id.to_string()).unwrap_or_default())
                .bind(limit.rows());
        many(&self.readers, query, consent).await
    }
}

/// What is on file changed, so what re-verification made of it is looked at again soon. No snapshot shows when.
async fn falls_due(write: &mut Write, connector: &ConnectorSlug) -> Result<(), StoreError> {
    // Below zero, and another time with each change: a look that began before shows by it.
    let change = sqlx::query("UPDATE verifications SET due = MIN(due, 0) - 1 WHERE connector = ?1 AND kind = ?2")
        .bind(connector.as_str())
        .bind(Recheck::Ownership.as_str());
    run(write.sql(), change).await.map(drop)
}

/// Times as a JSON array of microseconds.
fn times(times: &[Timestamp]) -> String {
    let micros: Vec<i64> = times.iter().map(|at| at.as_micros()).collect();
    serde_json::Value::from(micros).to_string()
}

fn read_times(json: &str) -> Result<Vec<Timestamp>, serde_json::Error> {
    let micros: Vec<i64> = serde_json::from_str(json)?;
    Ok(micros.into_iter().map(Timestamp::from_micros).collect())
}

fn moment(row: &SqliteRow, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.value::<Option<i64>>(column)?.map(Timestamp::from_micros))
}

fn proof(row: &SqliteRow) -> Result<OwnershipProof, StoreError> {
    let method = row.value::<Option<&str>>("proven_method")?;
    let method = method.map(|word| ProofMethod::from_word(word).ok_or(StoreError::Corrupt("proven_method")));
    Ok(OwnershipProof {
        id: row.parsed("id")?,
        connector: row.parsed("connector")?,
        publisher: row.named("publisher", UserId::new)?,
        host: row.named("host", HostName::parse)?,
        answer: row.array("answer")?,
        opened_by: row.named("opened_by", UserId::new)?,
        opened_at: row.time("opened_at")?,
        checks: row.named("checks", read_times)?,
        proven: method.transpose()?.zip(moment(row, "proven_at")?),
        failures: row.named("failures", read_times)?,
        due: moment(row, "due")?,
        revoked_at: moment(row, "revoked_at")?,
        revision: row.count("revision")?,
    })
}

fn consent(row: &SqliteRow) -> Result<OwnershipConsent, StoreError> {
    Ok(OwnershipConsent {
        id: row.parsed("id")?,
        connector: row.parsed("connector")?,
        publisher: row.named("publisher", UserId::new)?,
        host: row.named("host", HostName::parse)?,
        company: row.text("company")?,
        approver: row.text("approver")?,
        reference: row.text("reference")?,
        privacy_policy: row.text("privacy_policy")?,
        recorded_by: row.named("recorded_by", UserId::new)?,
        recorded_at: row.time("recorded_at")?,
        expires_at: row.time("expires_at")?,
        revoked_at: moment(row, "revoked_at")?,
    })
}
