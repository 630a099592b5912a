//! Reading a gateway's facts in one transaction.

use super::column::Columns;
use super::statement::many;
use super::{
    access, cell, connection, connector, crossing_grant, data_key, environment, generation, secret, verification,
};
use crate::StoreError;
use crate::repository::{SnapshotFacts, VersionFacts};
use backshell_model::{PackageDigest, Timestamp, VersionState};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;

/// Reads everything; `sql` is inside a transaction, so that all of it is of one moment.
pub(super) async fn read(
    sql: &mut SqliteConnection,
    now: Timestamp,
    known: &BTreeSet<PackageDigest>,
) -> Result<SnapshotFacts, StoreError> {
    let tokens = sqlx::query("SELECT * FROM tokens WHERE revoked_at IS NULL AND expires_at > ?1").bind(now.as_micros());
    let grants = sqlx::query("SELECT * FROM crossing_grants WHERE revoked_at IS NULL AND expires_at > ?1 ORDER BY id")
        .bind(now.as_micros());
    Ok(SnapshotFacts {
        generation: generation(&mut *sql).await?,
        environments: many(&mut *sql, sqlx::query("SELECT * FROM environments"), environment::environment).await?,
        data_keys: many(&mut *sql, sqlx::query("SELECT * FROM data_keys"), data_key::data_key).await?,
        cells: many(&mut *sql, sqlx::query("SELECT * FROM cells"), cell::cell).await?,
        directory: many(&mut *sql, sqlx::query("SELECT * FROM directory"), cell::directory_entry).await?,
        suspensions: many(
            &mut *sql,
            sqlx::query("SELECT connector, host, port, drift FROM verifications WHERE outcome = 'suspended'"),
            verification::suspension,
        )
        .await?,
        connectors: many(&mut *sql, sqlx::query("SELECT * FROM connectors"), connector::connector).await?,
        versions: versions(&mut *sql, known).await?,
        connections: many(&mut *sql, sqlx::query("SELECT * FROM connections"), connection::connection).await?,
        secrets: many(&mut *sql, sqlx::query("SELECT * FROM sealed_secrets"), secret::sealed).await?,
        shares: many(&mut *sql, sqlx::query("SELECT * FROM shares"), access::share).await?,
        memberships: many(&mut *sql, sqlx::query("SELECT * FROM memberships"), access::membership).await?,
        roles: many(&mut *sql, sqlx::query("SELECT * FROM roles"), access::role).await?,
        crossing_grants: many(&mut *sql, grants, crossing_grant::crossing_grant).await?,
        tokens: many(&mut *sql, tokens, access::token).await?,
    })
}

/// Current versions and those that a connection is bound to.
async fn versions(
    sql: &mut SqliteConnection,
    known: &BTreeSet<PackageDigest>,
) -> Result<Vec<VersionFacts>, StoreError> {
    let query = sqlx::query(
        "WITH newest AS (SELECT connector, max(number) AS number FROM versions WHERE state = 'published' GROUP BY 1)
         SELECT connector, digest, number, label, verdict, state, published_at,
             (connector, number) IN (SELECT connector, number FROM newest) AS current
         FROM versions
         WHERE current OR (connector, digest) IN (SELECT connector, version FROM connections)
         ORDER BY connector, number",
    );
    let summaries = many(&mut *sql, query, |row| Ok((connector::summary(row)?, row.value("current")?))).await?;
    let mut versions = Vec::with_capacity(summaries.len());
    for (version, current) in summaries {
        let wanted = version.state == VersionState::Published && !known.contains(&version.digest);
        let files =
            if wanted { Some(connector::files(&mut *sql, &version.connector, version.digest).await?) } else { None };
        versions.push(VersionFacts { version, current, files });
    }
    Ok(versions)
}
