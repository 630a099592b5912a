//! Drift: what was verified before use is looked at again while it is in use.
//!
//! [`table`] says how often each thing is due and what a change does; [`job`] looks, compares with what was found first, puts
//! changes on record and holds calls; each kind of check is one file that implements [`Check`]. Proofs of ownership are
//! looked for by [`proofs`], whoever uses them; the check of ownership reads what is on file.

mod availability;
mod bars;
mod certificate;
mod dns;
mod job;
mod ownership;
mod place;
mod proofs;
mod table;

#[cfg(test)]
pub(crate) mod testing;

pub use availability::AvailabilityRecheck;
pub use bars::BarsRecheck;
pub use certificate::CertificateRecheck;
pub use dns::DnsRecheck;
pub use job::{DriftCounts, DriftJob, Standing, in_use};
pub use ownership::OwnershipRecheck;
pub use place::PlaceRecheck;
pub use proofs::{ProofCounts, ProofJob};
pub use table::{EFFECTS, Effect, Interval, SCHEDULE, Schedule};

use async_trait::async_trait;
use backshell_model::{Connector, Drift, HostPort, Recheck, ServiceRoot, Timestamp};
use backshell_probe::again::Again;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long one look may take, unless its check says otherwise.
const LONGEST: Duration = Duration::from_mins(1);

/// A host that connections of a connector lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    /// The host.
    pub at: HostPort,
    /// The roots at it that were approved for connections; none where only the package names the host.
    pub approved: Vec<ServiceRoot>,
    /// Every host that those connections lead to which lead to this one: what else is approved elsewhere does not count.
    pub siblings: Arc<[HostPort]>,
}

impl From<HostPort> for InUse {
    fn from(at: HostPort) -> Self {
        Self { at, approved: Vec::new(), siblings: Arc::from([]) }
    }
}

/// What a check found about a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is as it was, or this is the first time. `baseline` is what later checks are compared with.
    Same {
        /// What to compare with.
        baseline: String,
        /// What was found, in words.
        detail: String,
    },
    /// It changed.
    Changed {
        /// How.
        drift: Drift,
        /// What was found, in words.
        detail: String,
    },
    /// It could not be looked at; says why. Never counts as passed, and changes nothing.
    NotMeasured(String),
}

impl From<Again> for Finding {
    fn from(again: Again) -> Self {
        match again {
            Again::Same { baseline, detail } => Self::Same { baseline, detail },
            Again::Changed { drift, detail } => Self::Changed { drift, detail },
            Again::NotMeasured(reason) => Self::NotMeasured(reason),
        }
    }
}

/// One kind of check.
#[async_trait]
pub trait Check: Send + Sync + fmt::Debug {
    /// Which kind.
    fn kind(&self) -> Recheck;

    /// Whether it looks at such a host at all. A host that it holds is looked at until it can be let go.
    fn asks_about(&self, _: &InUse) -> bool {
        true
    }

    /// How long a look at such a host may take.
    fn longest(&self, _: &InUse) -> Duration {
        LONGEST
    }

    /// Whether a look that passed and left this `baseline` was about everything that the host is used for now. Where it was
    /// not, another look is due.
    fn covers(&self, _endpoint: &InUse, _baseline: Option<&str>) -> bool {
        true
    }

    /// Looks at a host of `connector` and compares with `baseline`, which is what it found when it first passed.
    async fn look(&self, connector: &Connector, endpoint: &InUse, baseline: Option<&str>) -> Finding;

    /// When what hosts are held against was last renewed: a look from before is due, whatever the schedule says.
    fn renewed_at(&self) -> Option<Timestamp> {
        None
    }
}
