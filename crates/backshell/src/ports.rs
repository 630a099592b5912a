//! What the console borrows from the gateway, so that both listeners agree on who calls and what they may do.

use crate::drift::{DriftCounts, DriftJob, ProofCounts, ProofJob, Standing};
use crate::retention::{RetentionCounts, RetentionJob};
use crate::revocation::RevocationJob;
use crate::slow_bars::{SlowBarCounts, SlowBarsJob};
use async_trait::async_trait;
use backshell_console::{
    Authenticator, MetricFamily, MetricKind, MetricsSource, Sample, SnapshotHandle, Stale, Unauthenticated,
};
use backshell_gateway::Gateway;
use backshell_ledger::Ledger;
use backshell_model::{Caller, Drift};
use backshell_permission::Authority;
use std::sync::Arc;

/// What runs beside calls.
#[derive(Clone, Debug)]
pub struct Jobs {
    /// Erases bodies of records whose time is over.
    pub(crate) retention: Arc<RetentionJob>,
    /// Looks at hosts again while they are in use.
    pub drift: Arc<DriftJob>,
    /// Looks for proofs of ownership again.
    pub proofs: Arc<ProofJob>,
    /// Measures after publication what takes minutes; `None` where the node does not look at hosts, and so for the next.
    pub slow_bars: Option<Arc<SlowBarsJob>>,
    /// Keeps revocation lists.
    pub revocation: Option<Arc<RevocationJob>>,
}

/// The gateway and the ledger, as the console sees them.
#[derive(Debug)]
pub(crate) struct Ports {
    gateway: Gateway,
    ledger: Ledger,
    jobs: Jobs,
}

impl Ports {
    /// Lends `gateway` and `ledger`, and the numbers of `jobs`.
    pub(crate) fn new(gateway: Gateway, ledger: Ledger, jobs: Jobs) -> Self {
        Self { gateway, ledger, jobs }
    }
}

impl Authenticator for Ports {
    fn authenticate(&self, bearer: &str) -> Result<Caller, Unauthenticated> {
        self.gateway.identify(bearer).map_err(|_| Unauthenticated)
    }
}

#[async_trait]
impl SnapshotHandle for Ports {
    fn authority(&self) -> Result<Arc<Authority>, Stale> {
        self.gateway.snapshot().map(|snapshot| Arc::clone(snapshot.authority())).map_err(|_| Stale)
    }

    async fn refresh(&self) -> Result<(), Stale> {
        self.gateway.refresh().await.map_err(|error| {
            tracing::warn!(%error, "the snapshot could not be refreshed");
            Stale
        })
    }
}

impl MetricsSource for Ports {
    #[expect(
        clippy::cast_precision_loss,
        reason = "Prometheus numbers are floating point; counters stay far below 2^53"
    )]
    fn families(&self) -> Vec<MetricFamily> {
        let reading = self.gateway.metrics().read();
        let ledger = self.ledger.metrics();
        let labelled = |label: &'static str, values: Vec<(&'static str, u64)>| {
            values
                .into_iter()
                .map(|(value, count)| Sample {
                    suffix: "",
                    labels: vec![(label, value.to_owned())],
                    value: count as f64,
                })
                .collect::<Vec<_>>()
        };
        let single = |value: u64| vec![Sample { suffix: "", labels: Vec::new(), value: value as f64 }];
        let family = |name, help, kind, samples| MetricFamily { name, help, kind, samples };
        let mut families = vec![
            family(
                "backshell_calls_answered_total",
                "Calls that the service answered, by class of status.",
                MetricKind::Counter,
                labelled("class", reading.answered),
            ),
            family(
                "backshell_calls_refused_total",
                "Calls that the gateway refused, by code.",
                MetricKind::Counter,
                labelled("code", reading.refused),
            ),
            family(
                "backshell_calls_in_flight",
                "Calls that are running.",
                MetricKind::Gauge,
                single(reading.in_flight),
            ),
            family(
                "backshell_boundary_notices_total",
                "Calls that went on with a boundary notice.",
                MetricKind::Counter,
                single(reading.notices),
            ),
            family(
                "backshell_locations_removed_total",
                "Answers whose Location led elsewhere and was taken out.",
                MetricKind::Counter,
                single(reading.locations_removed),
            ),
            family(
                "backshell_ledger_records_total",
                "Records written to the ledger since the start.",
                MetricKind::Counter,
                single(ledger.records),
            ),
            family(
                "backshell_ledger_healthy",
                "1 while the ledger can be written.",
                MetricKind::Gauge,
                single(u64::from(ledger.healthy)),
            ),
            family(
                "backshell_ledger_failed_groups_total",
                "Groups that could not be written.",
                MetricKind::Counter,
                single(ledger.failed_groups),
            ),
            family(
                "backshell_ledger_lost_completions_total",
                "Completions that are not on record.",
                MetricKind::Counter,
                single(ledger.lost_completions),
            ),
            family(
                "backshell_ledger_groups_total",
                "Groups that were flushed.",
                MetricKind::Counter,
                single(ledger.groups),
            ),
        ];
        families.extend(retention_families(self.jobs.retention.counts()));
        families.push(drift_family(self.jobs.drift.counts()));
        families.push(standing_family(&self.jobs.drift.standing()));
        families.push(proof_family(self.jobs.proofs.counts()));
        families.extend(self.jobs.slow_bars.as_ref().map(|job| slow_bar_family(job.counts())));
        families
    }
}

#[expect(clippy::cast_precision_loss, reason = "as above")]
fn drift_family(counts: DriftCounts) -> MetricFamily {
    let DriftCounts { passed, warned, restricted, suspended, not_measured } = counts;
    let outcomes = [
        ("passed", passed),
        ("warned", warned),
        ("restricted", restricted),
        ("suspended", suspended),
        ("not_measured", not_measured),
    ];
    let sample = |(outcome, count): (&str, u64)| Sample {
        suffix: "",
        labels: vec![("outcome", outcome.to_owned())],
        value: count as f64,
    };
    MetricFamily {
        name: "backshell_reverifications_total",
        help: "Hosts that were looked at again, by outcome.",
        kind: MetricKind::Counter,
        samples: outcomes.into_iter().map(sample).collect(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "as above")]
fn standing_family(standing: &Standing) -> MetricFamily {
    let samples = standing.iter().map(|((check, outcome, drift), hosts)| Sample {
        suffix: "",
        labels: vec![
            ("check", check.as_str().to_owned()),
            ("outcome", outcome.as_str().to_owned()),
            ("drift", drift.map_or("none", Drift::as_str).to_owned()),
        ],
        value: *hosts as f64,
    });
    MetricFamily {
        name: "backshell_endpoints",
        help: "Hosts in use, by kind of check, how it last came out, and what had changed.",
        kind: MetricKind::Gauge,
        samples: samples.collect(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "as above")]
fn slow_bar_family(counts: SlowBarCounts) -> MetricFamily {
    let SlowBarCounts { completed, failed } = counts;
    let sample = |(outcome, count): (&str, u64)| Sample {
        suffix: "",
        labels: vec![("outcome", outcome.to_owned())],
        value: count as f64,
    };
    MetricFamily {
        name: "backshell_reports_completed_total",
        help: "Reports of published versions that were completed with what takes minutes, by whether a bar failed.",
        kind: MetricKind::Counter,
        samples: [("cleared", completed.saturating_sub(failed)), ("failed", failed)].map(sample).into(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "as above")]
fn proof_family(counts: ProofCounts) -> MetricFamily {
    let ProofCounts { seen, gone, not_measured } = counts;
    let sample = |(outcome, count): (&str, u64)| Sample {
        suffix: "",
        labels: vec![("outcome", outcome.to_owned())],
        value: count as f64,
    };
    MetricFamily {
        name: "backshell_ownership_looks_total",
        help: "Looks of the node's own for proofs of ownership, by outcome.",
        kind: MetricKind::Counter,
        samples: [("seen", seen), ("gone", gone), ("not_measured", not_measured)].map(sample).into(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "as above")]
fn retention_families(counts: RetentionCounts) -> [MetricFamily; 4] {
    let family = |name, help, kind, value: u64| MetricFamily {
        name,
        help,
        kind,
        samples: vec![Sample { suffix: "", labels: Vec::new(), value: value as f64 }],
    };
    [
        family("backshell_retention_runs_total", "Retention runs since the start.", MetricKind::Counter, counts.runs),
        family(
            "backshell_retention_failed_runs_total",
            "Retention runs that failed; each is tried again.",
            MetricKind::Counter,
            counts.failed,
        ),
        family(
            "backshell_retention_erased_bodies_total",
            "Bodies of records that retention erased since the start.",
            MetricKind::Counter,
            counts.erased,
        ),
        family(
            "backshell_retention_last_run_timestamp_seconds",
            "When retention last ran to its end; 0 before.",
            MetricKind::Gauge,
            counts.last_run,
        ),
    ]
}
