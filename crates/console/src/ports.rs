//! What the console needs from the rest of the process and does not build itself.

use backshell_gateway::CellSeat;
use backshell_model::{Caller, HostName, HostPort};
use backshell_permission::Authority;
use backshell_probe::facts::{Facts, Standing};
use backshell_probe::hosts::Endpoint;
use backshell_probe::measure::{Looked, Prober};
use backshell_probe::ownership::Challenge;
use std::sync::Arc;

/// The bearer token proves nothing: it is unknown, expired or revoked. Which of these is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the access token is unknown, expired or revoked")]
pub struct Unauthenticated;

/// Says who presents a bearer token. The binary lends the gateway's way of
/// doing that, so that both listeners agree.
pub trait Authenticator: Send + Sync {
    /// Who presents `bearer`, the text after `Bearer `. Takes the same time whatever is wrong with it.
    fn authenticate(&self, bearer: &str) -> Result<Caller, Unauthenticated>;
}

/// What this node knows could not be confirmed lately, so nothing may be decided by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what this node knows of permissions could not be confirmed against the database")]
pub struct Stale;

/// The immutable picture of permissions that requests are decided by. The gateway has it.
#[async_trait::async_trait]
pub trait SnapshotHandle: Send + Sync {
    /// The present picture; [`Stale`] when it could not be confirmed within the time that the gateway allows.
    fn authority(&self) -> Result<Arc<Authority>, Stale>;

    /// Reads the store again if it changed; when it returns, [`SnapshotHandle::authority`] shows every write that was
    /// answered before. Awaited after each write, so that a client sees its own writes.
    async fn refresh(&self) -> Result<(), Stale>;
}

/// Looks at hosts, over connections of the node's own. The binary has the way out.
#[async_trait::async_trait]
pub trait HostProbe: Send + Sync {
    /// What is to be seen of the answer of a challenge. Whether somebody may look now was decided before.
    async fn look_for(&self, challenge: &Challenge) -> Looked;

    /// The facts of a host of a package, whose hosts are `siblings`; `None` where the node does not look at hosts.
    async fn measure(&self, endpoint: &Endpoint, siblings: &[HostPort]) -> Option<Facts>;

    /// The same without what takes minutes, which is pending then.
    async fn measure_before_series(&self, endpoint: &Endpoint, siblings: &[HostPort]) -> Option<Facts>;

    /// What the operator's lists say about a host, which needs no network; `None` where there are none.
    fn standing(&self, host: &HostName) -> Option<Standing>;
}

#[async_trait::async_trait]
impl HostProbe for Prober {
    async fn look_for(&self, challenge: &Challenge) -> Looked {
        Self::look_for(self, challenge).await
    }

    async fn measure(&self, endpoint: &Endpoint, siblings: &[HostPort]) -> Option<Facts> {
        Some(Self::measure(self, endpoint, siblings).await)
    }

    async fn measure_before_series(&self, endpoint: &Endpoint, siblings: &[HostPort]) -> Option<Facts> {
        Some(Self::measure_before_series(self, endpoint, siblings).await)
    }

    fn standing(&self, host: &HostName) -> Option<Standing> {
        Some(Self::standing(self, host))
    }
}

/// What is known about this node when it starts, for `/api/v1/node`.
#[derive(Clone, Debug)]
pub struct NodeFacts {
    /// Which cell it is, and what vouches for that.
    pub cell: Arc<CellSeat>,
    /// What the database holds of environments that the cell lies outside of.
    pub outside: Vec<OutsideFacts>,
    /// What the node sends, writes and tells by itself.
    pub egress: Vec<EgressFacts>,
}

/// An address that this node sends to, writes to or tells others to use by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressFacts {
    /// The setting that names it, or what does.
    pub setting: &'static str,
    /// `sends`, `writes` or `tells`.
    pub act: &'static str,
    /// The address or path.
    pub address: String,
    /// What for.
    pub purpose: &'static str,
    /// `this_machine`, `declared` or `unknown`.
    pub place: &'static str,
    /// The declared region.
    pub region: Option<String>,
    /// `ok`, or `place_unknown` for what the system names.
    pub verdict: &'static str,
}

/// What the database holds of one environment that this cell lies outside of. Nothing of it is loaded or served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideFacts {
    /// The environment.
    pub environment: String,
    /// Its home region.
    pub home: String,
    /// Which row of the decision table refuses it.
    pub row: &'static str,
    /// The row's reason code.
    pub reason: &'static str,
    /// How many connections there are.
    pub connections: u64,
    /// How many of them have secrets.
    pub secrets: u64,
    /// Whether there is a data key.
    pub data_key: bool,
}

/// What a family of samples counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// Only ever grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Samples with the suffixes `_bucket`, `_sum` and `_count`.
    Histogram,
}

/// One number of a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// What is appended to the family's name: empty, or a histogram's suffix.
    pub suffix: &'static str,
    /// Labels; values from a small closed set, never a user, a connection or an address.
    pub labels: Vec<(&'static str, String)>,
    /// The number.
    pub value: f64,
}

/// Samples of one name.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricFamily {
    /// The name, `backshell_…` in snake case with its unit.
    pub name: &'static str,
    /// What it says, one line.
    pub help: &'static str,
    /// What it counts.
    pub kind: MetricKind,
    /// The numbers.
    pub samples: Vec<Sample>,
}

/// Where `/metrics` gets its numbers: the gateway's and the ledger's.
pub trait MetricsSource: Send + Sync {
    /// Every family, as of now.
    fn families(&self) -> Vec<MetricFamily>;
}
