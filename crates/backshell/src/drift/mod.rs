//! Drift: what was verified before use is looked at again while it is in use.
//!
//! [`table`] says how often each thing is due and what a change does; [`job`] looks, compares with what was found first, puts
//! changes on record and holds calls; each kind of check is one file that implements [`Check`]. Proofs of ownership are
//! looked for by [`proofs`], whoever uses them; the check of ownership reads what is on file.

mod availability;
mod certificate;
mod dns;
mod job;
mod ownership;
mod place;
mod proofs;
mod table;

#[cfg(test)]
mod testing;

pub use availability::AvailabilityRecheck;
pub use certificate::CertificateRecheck;
pub use dns::DnsRecheck;
pub use job::{DriftCounts, DriftJob, Standing};
pub use ownership::OwnershipRecheck;
pub use place::PlaceRecheck;
pub use proofs::{ProofCounts, ProofJob};
pub use table::{EFFECTS, Effect, Interval, SCHEDULE, Schedule};

use async_trait::async_trait;
use backshell_model::{Connector, Drift, HostPort, Recheck, Timestamp};
use backshell_probe::again::Again;
use std::fmt;

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

    /// Looks at a host of `connector` and compares with `baseline`, which is what it found when it first passed.
    async fn look(&self, connector: &Connector, endpoint: &HostPort, baseline: Option<&str>) -> Finding;

    /// When what hosts are held against was last renewed: a look from before is due, whatever the schedule says.
    fn renewed_at(&self) -> Option<Timestamp> {
        None
    }
}
