//! What every handler may reach. Note what is absent: the vault. Secrets go through `gateway::connect` and only inwards.

use crate::endpoint_check::PublicationCheck;
use crate::ports::{Authenticator, HostProbe, MetricsSource, NodeFacts, SnapshotHandle};
use crate::problem::{Kind, Problem};
use backshell_gateway::connect::Connections;
use backshell_ledger::{Ledger, Retention};
use backshell_model::{Clock, Random};
use backshell_permission::Authority;
use backshell_records::Organisation;
use backshell_store::Store;
use std::{fmt, ops::Deref, sync::Arc, time::Duration};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Settings of the control listener.
#[derive(Clone, Debug)]
pub struct ConsoleConfig {
    /// Host names, without port, that the listener answers for beyond the loopback names: the host of `public_url`.
    pub allowed_hosts: Vec<String>,
    /// The largest JSON body, in bytes.
    pub max_json_bytes: usize,
    /// The largest zipped package, in bytes.
    pub max_package_bytes: usize,
    /// How long a request may take.
    pub time_limit: Duration,
    /// What only the organisation knows, for the register of processing.
    pub organisation: Organisation,
    /// How long the ledger keeps its records, for the same.
    pub retention: Retention,
    /// What publication asks of the hosts of a package.
    pub publication: PublicationCheck,
}

impl Default for ConsoleConfig {
    fn default() -> Self {
        Self {
            allowed_hosts: Vec::new(),
            max_json_bytes: 256 * 1024,
            max_package_bytes: 64 * 1024 * 1024,
            time_limit: Duration::from_mins(1),
            organisation: Organisation::default(),
            retention: Retention::default(),
            publication: PublicationCheck::default(),
        }
    }
}

/// How many hosts are measured at the same time. One host is never asked more than once a second.
pub(crate) const MEASURED_AT_ONCE: usize = 8;

/// What the binary hands to the console.
pub struct ConsoleParts {
    /// The database.
    pub store: Arc<dyn Store>,
    /// Where administrative acts are recorded.
    pub ledger: Ledger,
    /// Makes and changes connections.
    pub connections: Arc<Connections>,
    /// Says who presents a bearer token.
    pub authenticator: Arc<dyn Authenticator>,
    /// The picture of permissions.
    pub snapshot: Arc<dyn SnapshotHandle>,
    /// Where `/metrics` gets its numbers.
    pub metrics: Arc<dyn MetricsSource>,
    /// Looks at hosts.
    pub probe: Arc<dyn HostProbe>,
    /// What this node is.
    pub node: NodeFacts,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for identifiers and tokens.
    pub random: Arc<dyn Random>,
    /// Settings.
    pub config: ConsoleConfig,
}

/// [`ConsoleParts`], shared between requests, and what requests have to share.
#[derive(Clone)]
pub struct ConsoleState(Arc<Shared>);

struct Shared {
    parts: ConsoleParts,
    /// Places for measurements of hosts: many publications at once open no more connections than one.
    measuring: Semaphore,
}

impl ConsoleState {
    /// Shares `parts`.
    pub fn new(parts: ConsoleParts) -> Self {
        Self(Arc::new(Shared { parts, measuring: Semaphore::new(MEASURED_AT_ONCE) }))
    }

    /// Waits for a place to measure a host in. `None` when the node ends.
    pub(crate) async fn place_to_measure(&self) -> Option<SemaphorePermit<'_>> {
        self.0.measuring.acquire().await.ok()
    }

    /// The present picture of permissions; 503 `stale_state` when it is too old to decide by.
    pub(crate) fn authority(&self) -> Result<Arc<Authority>, Problem> {
        self.snapshot.authority().map_err(|stale| Problem::new(Kind::StaleState, stale.to_string()))
    }

    /// Waits until this node's picture shows the write that was just made. A write is not undone because the picture
    /// lags; the next request is then refused as stale.
    pub(crate) async fn refresh(&self) {
        if let Err(error) = self.snapshot.refresh().await {
            tracing::warn!(%error, "a write was made, but this node could not read it back");
        }
    }
}

impl Deref for ConsoleState {
    type Target = ConsoleParts;

    fn deref(&self) -> &ConsoleParts {
        &self.0.parts
    }
}

impl fmt::Debug for ConsoleState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsoleState").field("config", &self.config).finish_non_exhaustive()
    }
}
