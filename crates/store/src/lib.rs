//! The database: what Backshell keeps about tenants, environments, cells, connectors, connections, access and the
//! ledger.
//!
//! A noun is one trait in [`repository`]; [`Store`] is all of them together, and whoever uses the database holds an
//! `Arc<dyn Store>`. [`SqliteStore`] is the embedded database behind it.
//!
//! To add a noun: write its trait in `repository/<noun>.rs` and name it as a supertrait of [`Store`], write
//! `sqlite/<noun>.rs` with a migration, and write its part of `tests/conformance`, which every database must pass. A write
//! that a gateway's snapshot depends on ends with `Write::commit_facts`, which counts the
//! [generation](Store::generation) up in the same transaction.
//!
//! What this crate does not do: it decides nothing (who may write what is `permission`'s matter), it sees no secret
//! (the vault seals before it stores) and it computes no hash of the ledger's chain. It keeps the promises that only a
//! database can keep: transactions, uniqueness, compare-and-set, and a ledger whose rows cannot be rewritten by
//! accident.
//!
//! Start reading at [`Store`].

pub mod repository;

mod error;
mod limit;
mod sqlite;

pub use error::{Conflict, Noun, StoreError};
pub use limit::Limit;
pub use repository::{
    AccessRepository, CellRepository, ConnectionChange, ConnectionFilter, ConnectionRepository, ConnectorRepository,
    CrossingGrantRepository, DataKeyRepository, EnvironmentRepository, LedgerRepository, LedgerRow,
    OwnershipRepository, PackageFiles, Pseudonym, PseudonymRepository, Publication, Published, RetentionRepository,
    SecretRepository, SecretsChange, SnapshotFacts, Store, TenantRepository, UserTraces, VerificationRepository,
    VersionFacts, VersionSummary,
};
pub use sqlite::SqliteStore;
