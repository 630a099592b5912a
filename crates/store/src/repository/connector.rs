//! Connectors and their versions.

use crate::{Limit, StoreError};
use async_trait::async_trait;
use backshell_model::{Connector, ConnectorSlug, PackageDigest, Timestamp, Verdict, Version, VersionState};
use std::sync::Arc;

/// The files of a package: relative path and bytes, as they were submitted.
pub type PackageFiles = Arc<[(String, Arc<[u8]>)]>;

/// A version that is to be published, and the connector it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The connector. When it exists, its owner, publisher kind and infrastructure must be these; its publisher becomes
    /// this one, and title and time of making stay as they were.
    pub connector: Connector,
    /// Names the bytes of the package.
    pub digest: PackageDigest,
    /// What the definition calls itself (`info.version`).
    pub label: String,
    /// How its certification ended.
    pub verdict: Verdict,
    /// The certification report, JSON.
    pub report: Arc<str>,
    /// The package's files.
    pub files: PackageFiles,
    /// When it is published.
    pub published_at: Timestamp,
}

/// What became of a [`Publication`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// The version's number.
    pub number: u32,
    /// False when this digest was published before: then nothing changed.
    pub created: bool,
}

/// A version without its files and report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionSummary {
    /// The connector.
    pub connector: ConnectorSlug,
    /// Names the bytes of the package.
    pub digest: PackageDigest,
    /// What the definition calls itself (`info.version`).
    pub label: String,
    /// 1 for the first version of the connector, then counting up.
    pub number: u32,
    /// How its certification ended.
    pub verdict: Verdict,
    /// Whether it may be called.
    pub state: VersionState,
    /// When it was published.
    pub published_at: Timestamp,
}

/// The catalogue.
#[async_trait]
pub trait ConnectorRepository: Send + Sync {
    /// Publishes a version in one transaction: connector, number and files. A digest that the connector published
    /// before changes nothing; one that was withdrawn is a `Conflict`, and so is a connector of another owner, publisher
    /// kind or infrastructure.
    async fn publish(&self, publication: &Publication) -> Result<Published, StoreError>;

    /// Publishes or withdraws a version; whether that changed its state.
    async fn set_version_state(
        &self,
        connector: &ConnectorSlug,
        digest: PackageDigest,
        state: VersionState,
    ) -> Result<bool, StoreError>;

    /// One connector.
    async fn connector(&self, slug: &ConnectorSlug) -> Result<Connector, StoreError>;

    /// Connectors in the order of their slugs.
    async fn connectors(&self, after: Option<&ConnectorSlug>, limit: Limit) -> Result<Vec<Connector>, StoreError>;

    /// One version with its files and report.
    async fn version(&self, connector: &ConnectorSlug, digest: PackageDigest) -> Result<Version, StoreError>;

    /// The current version: the published one with the highest number; `NotFound` when there is none.
    async fn current_version(&self, connector: &ConnectorSlug) -> Result<Version, StoreError>;

    /// Versions of a connector with numbers above `after` (0 for all), oldest first.
    async fn versions(
        &self,
        connector: &ConnectorSlug,
        after: u32,
        limit: Limit,
    ) -> Result<Vec<VersionSummary>, StoreError>;

    /// Published versions, not older than `since`, in whose report `text` stands, the oldest first.
    async fn versions_with(
        &self,
        text: &str,
        since: Timestamp,
        limit: Limit,
    ) -> Result<Vec<(ConnectorSlug, PackageDigest)>, StoreError>;

    /// Puts a completed report and its verdict in the place of the report `before`; whether that was still the one, and the
    /// version still published.
    async fn complete_report(
        &self,
        connector: &ConnectorSlug,
        digest: PackageDigest,
        before: &str,
        report: &str,
        verdict: Verdict,
    ) -> Result<bool, StoreError>;
}
