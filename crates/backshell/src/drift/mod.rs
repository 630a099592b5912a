//! Drift: what was verified before use is looked at again while it is in use.
//!
//! [`table`] says how often each thing is due and what a change does; [`job`] looks, compares with what was found first, puts
//! changes on record and holds calls; each kind of check is one file that implements [`Check`].

mod dns;
mod job;
mod table;

pub use dns::DnsRecheck;
pub use job::{DriftCounts, DriftJob};
pub use table::{EFFECTS, Effect, Interval, SCHEDULE};

use async_trait::async_trait;
use backshell_model::{Drift, HostPort, Recheck};
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

/// One kind of check.
#[async_trait]
pub trait Check: Send + Sync + fmt::Debug {
    /// Which kind.
    fn kind(&self) -> Recheck;

    /// Looks at a host and compares with `baseline`, which is what it found when it first passed.
    async fn look(&self, endpoint: &HostPort, baseline: Option<&str>) -> Finding;
}
