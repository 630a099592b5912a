//! What the console needs from the rest of the process and does not build itself.

use backshell_gateway::Gateway;
use backshell_model::Caller;
use backshell_permission::Authority;
use std::sync::Arc;

/// The bearer token proves nothing: it is unknown, expired or revoked. Which of these is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the access token is unknown, expired or revoked")]
pub struct Unauthenticated;

/// Says who presents a bearer token. [`Gateway`] does, so that both
/// listeners agree.
pub trait Authenticator: Send + Sync {
    /// Who presents `bearer`, the text after `Bearer `. Takes the same time whatever is wrong with it.
    fn authenticate(&self, bearer: &str) -> Result<Caller, Unauthenticated>;
}

/// What this node knows could not be confirmed lately, so nothing may be decided by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what this node knows of permissions could not be confirmed against the database")]
pub struct Stale;

/// The immutable picture of permissions that requests are decided by. [`Gateway`] has it.
#[async_trait::async_trait]
pub trait SnapshotHandle: Send + Sync {
    /// The present picture; [`Stale`] when it could not be confirmed within the time that the gateway allows.
    fn authority(&self) -> Result<Arc<Authority>, Stale>;

    /// Reads the store again if it changed; when it returns, [`SnapshotHandle::authority`] shows every write that was
    /// answered before. Awaited after each write, so that a client sees its own writes.
    async fn refresh(&self) -> Result<(), Stale>;
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

/// Where `/metrics` gets the gateway's numbers; those of the ledger are added here.
pub trait MetricsSource: Send + Sync {
    /// Every family, as of now.
    fn families(&self) -> Vec<MetricFamily>;
}

impl Authenticator for Gateway {
    fn authenticate(&self, bearer: &str) -> Result<Caller, Unauthenticated> {
        self.identify(bearer).map_err(|_| Unauthenticated)
    }
}

#[async_trait::async_trait]
impl SnapshotHandle for Gateway {
    fn authority(&self) -> Result<Arc<Authority>, Stale> {
        self.snapshot().map(|snapshot| Arc::clone(snapshot.authority())).map_err(|_| Stale)
    }

    async fn refresh(&self) -> Result<(), Stale> {
        self.refresh().await.map_err(|error| {
            tracing::warn!(%error, "the store could not be read again");
            Stale
        })
    }
}

impl MetricsSource for Gateway {
    fn families(&self) -> Vec<MetricFamily> {
        let reading = self.metrics().read();
        let one = |value| vec![Sample { suffix: "", labels: Vec::new(), value: count(value) }];
        let by = |label: &'static str, counts: Vec<(&'static str, u64)>| {
            let sample = |(word, value): (&'static str, u64)| Sample {
                suffix: "",
                labels: vec![(label, word.to_owned())],
                value: count(value),
            };
            counts.into_iter().map(sample).collect()
        };
        vec![
            MetricFamily {
                name: "backshell_calls_refused_total",
                help: "Calls that the gateway refused, by code.",
                kind: MetricKind::Counter,
                samples: by("code", reading.refused),
            },
            MetricFamily {
                name: "backshell_calls_answered_total",
                help: "Calls that the service answered, by class of status.",
                kind: MetricKind::Counter,
                samples: by("class", reading.answered),
            },
            MetricFamily {
                name: "backshell_calls_in_flight",
                help: "Calls whose answer has not begun yet.",
                kind: MetricKind::Gauge,
                samples: one(reading.in_flight),
            },
            MetricFamily {
                name: "backshell_boundary_notices_total",
                help: "Calls that went on with a boundary notice.",
                kind: MetricKind::Counter,
                samples: one(reading.notices),
            },
            MetricFamily {
                name: "backshell_locations_removed_total",
                help: "Answers whose Location led elsewhere and was taken out.",
                kind: MetricKind::Counter,
                samples: one(reading.locations_removed),
            },
        ]
    }
}

/// A count as Prometheus writes it; counts beyond 2^53 lose their last digits, which no rate notices.
#[expect(clippy::cast_precision_loss, reason = "the format has floating point numbers only")]
pub(crate) fn count(value: u64) -> f64 {
    value as f64
}
