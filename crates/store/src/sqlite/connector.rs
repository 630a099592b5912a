//! Connectors and their versions in SQLite.

use super::SqliteStore;
use super::column::Columns;
use super::statement::{insert, many, one, run};
use crate::repository::{ConnectorRepository, PackageFiles, Publication, Published, VersionSummary};
use crate::{Conflict, Limit, Noun, StoreError};
use async_trait::async_trait;
use backshell_model::{
    Connector, ConnectorSlug, Infrastructure, PackageDigest, PublisherKind, Timestamp, UserId, Verdict, Version,
    VersionState,
};
use sqlx::sqlite::SqliteRow;
use sqlx::{SqliteConnection, SqliteExecutor};
use std::sync::Arc;

#[async_trait]
impl ConnectorRepository for SqliteStore {
    async fn publish(&self, publication: &Publication) -> Result<Published, StoreError> {
        let mut write = self.write().await?;
        let slug = publication.connector.slug.as_str();
        unchanged(write.sql(), &publication.connector).await?;
        let query = sqlx::query("SELECT number, state FROM versions WHERE connector = ?1 AND digest = ?2")
            .bind(slug)
            .bind(publication.digest.0.as_slice());
        if let Some(row) = one(write.sql(), query).await? {
            return match row.word("state", VersionState::from_word)? {
                VersionState::Published => Ok(Published { number: row.count("number")?, created: false }),
                VersionState::Withdrawn => Err(Conflict::Withdrawn.into()),
            };
        }
        put_connector(write.sql(), &publication.connector).await?;
        let number = put_version(write.sql(), publication).await?;
        write.commit_facts().await?;
        Ok(Published { number, created: true })
    }

    async fn set_version_state(
        &self,
        connector: &ConnectorSlug,
        digest: PackageDigest,
        state: VersionState,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let query = sqlx::query("SELECT state FROM versions WHERE connector = ?1 AND digest = ?2")
            .bind(connector.as_str())
            .bind(digest.0.as_slice());
        let row = one(write.sql(), query).await?.ok_or(StoreError::NotFound(Noun::Version))?;
        let changes = row.word("state", VersionState::from_word)? != state;
        let change = sqlx::query("UPDATE versions SET state = ?3 WHERE connector = ?1 AND digest = ?2")
            .bind(connector.as_str())
            .bind(digest.0.as_slice())
            .bind(state.as_str());
        run(write.sql(), change).await?;
        write.commit_facts_if(changes).await
    }

    async fn connector(&self, slug: &ConnectorSlug) -> Result<Connector, StoreError> {
        let query = sqlx::query("SELECT * FROM connectors WHERE slug = ?1").bind(slug.as_str());
        connector(&one(&self.readers, query).await?.ok_or(StoreError::NotFound(Noun::Connector))?)
    }

    async fn connectors(&self, after: Option<&ConnectorSlug>, limit: Limit) -> Result<Vec<Connector>, StoreError> {
        let query = sqlx::query("SELECT * FROM connectors WHERE slug > ?1 ORDER BY slug LIMIT ?2")
            .bind(after.map(ConnectorSlug::as_str).unwrap_or_default())
            .bind(limit.rows());
        many(&self.readers, query, connector).await
    }

    async fn version(&self, connector: &ConnectorSlug, digest: PackageDigest) -> Result<Version, StoreError> {
        let query = sqlx::query("SELECT * FROM versions WHERE connector = ?1 AND digest = ?2")
            .bind(connector.as_str())
            .bind(digest.0.as_slice());
        let row = one(&self.readers, query).await?.ok_or(StoreError::NotFound(Noun::Version))?;
        self.whole_version(&row).await
    }

    async fn current_version(&self, connector: &ConnectorSlug) -> Result<Version, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM versions WHERE connector = ?1 AND state = 'published' ORDER BY number DESC LIMIT 1",
        )
        .bind(connector.as_str());
        let row = one(&self.readers, query).await?.ok_or(StoreError::NotFound(Noun::Version))?;
        self.whole_version(&row).await
    }

    async fn versions(
        &self,
        connector: &ConnectorSlug,
        after: u32,
        limit: Limit,
    ) -> Result<Vec<VersionSummary>, StoreError> {
        let query = sqlx::query(
            "SELECT connector, digest, number, label, verdict, state, published_at FROM versions
             WHERE connector = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
        )
        .bind(connector.as_str())
        .bind(after)
        .bind(limit.rows());
        many(&self.readers, query, summary).await
    }

    async fn versions_with(
        &self,
        text: &str,
        since: Timestamp,
        limit: Limit,
    ) -> Result<Vec<(ConnectorSlug, PackageDigest)>, StoreError> {
        let query = sqlx::query(
            "SELECT connector, digest FROM versions
             WHERE published_at >= ?1 AND state = 'published' AND instr(report, ?2) > 0
             ORDER BY published_at, connector, number LIMIT ?3",
        )
        .bind(since.as_micros())
        .bind(text)
        .bind(limit.rows());
        many(&self.readers, query, |row| Ok((row.parsed("connector")?, PackageDigest(row.array("digest")?)))).await
    }

    async fn complete_report(
        &self,
        connector: &ConnectorSlug,
        digest: PackageDigest,
        before: &str,
        report: &str,
        verdict: Verdict,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let change = sqlx::query(
            "UPDATE versions SET report = ?4, verdict = ?5
             WHERE connector = ?1 AND digest = ?2 AND report = ?3 AND state = 'published'",
        )
        .bind(connector.as_str())
        .bind(digest.0.as_slice())
        .bind(before)
        .bind(report)
        .bind(verdict.as_str());
        let changed = run(write.sql(), change).await? > 0;
        write.commit_facts_if(changed).await
    }
}

impl SqliteStore {
    /// A version with its files. They are read apart from the row, which is safe because files never change.
    async fn whole_version(&self, row: &SqliteRow) -> Result<Version, StoreError> {
        let version = summary(row)?;
        let files = files(&self.readers, &version.connector, version.digest).await?;
        Ok(Version {
            connector: version.connector,
            digest: version.digest,
            label: version.label,
            number: version.number,
            verdict: version.verdict,
            report: row.text("report")?.into(),
            files,
            state: version.state,
            published_at: version.published_at,
        })
    }
}

/// A connector does not change hands and does not move: its users trusted who and where it was.
async fn unchanged(sql: &mut SqliteConnection, published: &Connector) -> Result<(), StoreError> {
    let query = sqlx::query("SELECT * FROM connectors WHERE slug = ?1").bind(published.slug.as_str());
    let Some(row) = one(sql, query).await? else { return Ok(()) };
    let known = connector(&row)?;
    let same = known.owner == published.owner
        && known.publisher_kind == published.publisher_kind
        && known.infrastructure == published.infrastructure;
    if same { Ok(()) } else { Err(Conflict::OtherConnector.into()) }
}

async fn put_connector(sql: &mut SqliteConnection, connector: &Connector) -> Result<(), StoreError> {
    let row = sqlx::query(
        "INSERT INTO connectors (slug, title, publisher, publisher_kind, infrastructure, owner, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (slug) DO UPDATE SET publisher = ?3",
    )
    .bind(connector.slug.as_str())
    .bind(&connector.title)
    .bind(&connector.publisher)
    .bind(connector.publisher_kind.as_str())
    .bind(connector.infrastructure.as_str())
    .bind(connector.owner.as_str())
    .bind(connector.created_at.as_micros());
    run(sql, row).await.map(drop)
}

/// Gives the version the next number and stores its files.
async fn put_version(sql: &mut SqliteConnection, publication: &Publication) -> Result<u32, StoreError> {
    let slug = publication.connector.slug.as_str();
    let query =
        sqlx::query("SELECT coalesce(max(number), 0) + 1 AS next FROM versions WHERE connector = ?1").bind(slug);
    let number: u32 = one(&mut *sql, query).await?.ok_or(StoreError::Corrupt("number"))?.count("next")?;
    let row = sqlx::query(
        "INSERT INTO versions (connector, digest, number, label, verdict, report, state, published_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(slug)
    .bind(publication.digest.0.as_slice())
    .bind(number)
    .bind(&publication.label)
    .bind(publication.verdict.as_str())
    .bind(Arc::clone(&publication.report))
    .bind(VersionState::Published.as_str())
    .bind(publication.published_at.as_micros());
    insert(&mut *sql, row, Noun::Version, Noun::Connector).await?;
    for (position, (path, bytes)) in (0_i64..).zip(publication.files.iter()) {
        let row = sqlx::query(
            "INSERT INTO package_files (connector, digest, position, path, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .bind(slug)
        .bind(publication.digest.0.as_slice())
        .bind(position)
        .bind(path)
        .bind(Arc::clone(bytes));
        run(&mut *sql, row).await?;
    }
    Ok(number)
}

/// The files of a version in the order in which they were submitted.
pub(super) async fn files(
    executor: impl SqliteExecutor<'_>,
    connector: &ConnectorSlug,
    digest: PackageDigest,
) -> Result<PackageFiles, StoreError> {
    let query =
        sqlx::query("SELECT path, bytes FROM package_files WHERE connector = ?1 AND digest = ?2 ORDER BY position")
            .bind(connector.as_str())
            .bind(digest.0.as_slice());
    let files = many(executor, query, |row| Ok((row.text("path")?, Arc::from(row.value::<&[u8]>("bytes")?)))).await?;
    Ok(files.into())
}

pub(super) fn connector(row: &SqliteRow) -> Result<Connector, StoreError> {
    Ok(Connector {
        slug: row.parsed("slug")?,
        title: row.text("title")?,
        publisher: row.text("publisher")?,
        publisher_kind: row.word("publisher_kind", PublisherKind::from_word)?,
        infrastructure: row.word("infrastructure", Infrastructure::from_word)?,
        owner: row.named("owner", UserId::new)?,
        created_at: row.time("created_at")?,
    })
}

pub(super) fn summary(row: &SqliteRow) -> Result<VersionSummary, StoreError> {
    Ok(VersionSummary {
        connector: row.parsed("connector")?,
        digest: PackageDigest(row.array("digest")?),
        label: row.text("label")?,
        number: row.count("number")?,
        verdict: row.word("verdict", Verdict::from_word)?,
        state: row.word("state", VersionState::from_word)?,
        published_at: row.time("published_at")?,
    })
}
