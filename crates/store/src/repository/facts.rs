//! What a gateway knows, as it was at one moment.

use crate::repository::{PackageFiles, VersionSummary};
use backshell_model::{
    AccessToken, Cell, Connection, Connector, CrossingGrant, DirectoryEntry, Environment, Membership, RoleAssignment,
    SealedSecrets, Share, Suspension, WrappedDataKey,
};

/// A version that a gateway may have to serve or to refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFacts {
    /// The version.
    pub version: VersionSummary,
    /// Whether it is its connector's current one.
    pub current: bool,
    /// The package's files; `None` when the caller said that it knows this digest, or the version is withdrawn.
    pub files: Option<PackageFiles>,
}

/// Everything a gateway needs, read in one transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotFacts {
    /// The store's generation that the rest belongs to.
    pub generation: u64,
    /// Every environment.
    pub environments: Vec<Environment>,
    /// The data keys of the environments that have one.
    pub data_keys: Vec<WrappedDataKey>,
    /// Every cell.
    pub cells: Vec<Cell>,
    /// Where connections of other cells are at home.
    pub directory: Vec<DirectoryEntry>,
    /// To which hosts calls of which connectors are held.
    pub suspensions: Vec<Suspension>,
    /// Every connector.
    pub connectors: Vec<Connector>,
    /// Each connector's current version, and every version that a connection is bound to.
    pub versions: Vec<VersionFacts>,
    /// Every connection.
    pub connections: Vec<Connection>,
    /// The sealed secrets of the connections that have some.
    pub secrets: Vec<SealedSecrets>,
    /// Every share.
    pub shares: Vec<Share>,
    /// Every group membership.
    pub memberships: Vec<Membership>,
    /// Every role assignment.
    pub roles: Vec<RoleAssignment>,
    /// Crossing grants that are neither taken back nor over. They end later: compare their times at each use.
    pub crossing_grants: Vec<CrossingGrant>,
    /// Tokens that are neither revoked nor expired. They expire later: compare their times at each use.
    pub tokens: Vec<AccessToken>,
}
