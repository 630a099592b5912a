//! The nouns of the database: one trait each, with the row types that belong to it.

mod access;
mod cell;
mod connection;
mod connector;
mod crossing_grant;
mod data_key;
mod environment;
mod facts;
mod ledger;
mod ownership;
mod pseudonym;
mod retention;
mod secret;
mod tenant;
mod verification;

pub use access::AccessRepository;
pub use cell::CellRepository;
pub use connection::{ConnectionChange, ConnectionFilter, ConnectionRepository, SecretsChange};
pub use connector::{ConnectorRepository, PackageFiles, Publication, Published, VersionSummary};
pub use crossing_grant::CrossingGrantRepository;
pub use data_key::DataKeyRepository;
pub use environment::EnvironmentRepository;
pub use facts::{SnapshotFacts, VersionFacts};
pub use ledger::{LedgerRepository, LedgerRow};
pub use ownership::OwnershipRepository;
pub use pseudonym::{Pseudonym, PseudonymRepository};
pub use retention::{RetentionRepository, UserTraces};
pub use secret::SecretRepository;
pub use tenant::TenantRepository;
pub use verification::VerificationRepository;

use crate::error::StoreError;
use async_trait::async_trait;
use backshell_model::{PackageDigest, Timestamp};
use std::{collections::BTreeSet, fmt};

/// The whole database. Cheap to share as `Arc<dyn Store>`; every method may be called at the same time as any other.
///
/// A write that returned `Ok` is on disk. A write that returned an error has changed nothing.
#[async_trait]
pub trait Store:
    TenantRepository
    + EnvironmentRepository
    + DataKeyRepository
    + CellRepository
    + VerificationRepository
    + ConnectorRepository
    + ConnectionRepository
    + SecretRepository
    + AccessRepository
    + CrossingGrantRepository
    + OwnershipRepository
    + PseudonymRepository
    + LedgerRepository
    + RetentionRepository
    + fmt::Debug
{
    /// Counts up with every write that [`SnapshotFacts`] shows, in the same transaction as the write. Cheap: nodes ask
    /// every second whether they must read the facts again.
    async fn generation(&self) -> Result<u64, StoreError>;

    /// Everything a gateway needs in order to serve calls without asking the database, as it was at one moment.
    ///
    /// `now` decides which tokens are still valid. The files of packages in `known` are not read again: packages are
    /// immutable, and a gateway has those compiled already.
    async fn snapshot_facts(
        &self,
        now: Timestamp,
        known: &BTreeSet<PackageDigest>,
    ) -> Result<SnapshotFacts, StoreError>;

    /// Waits for running statements, then closes the database. Every later call answers `Unavailable`.
    async fn close(&self);
}
