//! Tenants, environments and cells: who owns data, and where it may be processed.

use crate::host::HostName;
use crate::id::{ConnectionId, EnvironmentId, TenantId};
use crate::time::Timestamp;
use std::{fmt, sync::Arc};

/// The programmatic name of a cloud region, such as `westeurope`. Whether it exists is decided by `boundary`'s table.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(Arc<str>);

impl Region {
    /// Takes a name as it is; `boundary` refuses one that is in no table.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({})", &self.0)
    }
}

/// How far an environment's data may travel while Backshell processes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// The home region alone (what Logic Apps promises).
    Region,
    /// Every region of the home region's geography, in the same cloud (what Power Automate and Power Apps promise).
    Geography,
    /// The listed regions, which must include the home region and lie in one cloud.
    List(Vec<Region>),
}

impl Boundary {
    /// The mode's name in the API and in the database.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Geography => "geography",
            Self::List(_) => "list",
        }
    }
}

/// What happens when an external endpoint lies outside the boundary or its place is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Egress {
    /// The call goes on and is marked in the answer and in the ledger.
    #[default]
    Notice,
    /// The call is refused.
    Refuse,
}

impl Egress {
    /// The setting's name in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Refuse => "refuse",
        }
    }
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Names the tenant.
    pub id: TenantId,
    /// Its name for people; unique.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A place to keep connections in, with a home region and a boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Names the environment.
    pub id: EnvironmentId,
    /// The tenant it belongs to.
    pub tenant: TenantId,
    /// Its name for people; unique within the tenant.
    pub name: String,
    /// Where it is at home.
    pub home: Region,
    /// How far its data may travel.
    pub boundary: Boundary,
    /// What happens when an external endpoint is not known to be inside.
    pub egress: Egress,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A Backshell node: runs in exactly one region and says which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The node's name; unique.
    pub name: String,
    /// Where it runs.
    pub region: Region,
    /// Where its gateway is reached from outside, for example `https://eu1.gateway.example`.
    pub gateway_url: String,
    /// When it last said that it runs, or was registered.
    pub seen_at: Timestamp,
    /// Whether an administrator registered it; others announce themselves to the database they share.
    pub registered: bool,
}

/// Where a connection is at home that this installation's database does not hold. All that a cell outside the boundary of
/// its environment knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The connection.
    pub connection: ConnectionId,
    /// Its environment.
    pub environment: EnvironmentId,
    /// Where the environment is at home.
    pub home: Region,
    /// How far its data may travel.
    pub boundary: Boundary,
    /// When it was noted.
    pub noted_at: Timestamp,
}

/// An environment's data key, wrapped by the key-encryption key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedDataKey {
    /// The environment whose secrets it seals.
    pub environment: EnvironmentId,
    /// Which key-encryption key wrapped it.
    pub key_encryption_key: String,
    /// The wrapped bytes.
    pub wrapped: Vec<u8>,
}

/// A host and port, as a connection's approvals and a secret's binding list them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPort {
    /// The host.
    pub host: HostName,
    /// The TCP port.
    pub port: u16,
}
