//! The outcome of a certification.

use crate::responsibility::Responsibility;
use backshell_findings::{Check, Report};
use backshell_model::{Infrastructure, PackageDigest, PublisherKind, Verdict};

/// The outcome of a certification: what is stored with a version and shown in the catalogue.
#[derive(Clone, Debug)]
pub struct Certification {
    /// What was certified.
    pub subject: Subject,
    /// Who publishes it.
    pub publisher: PublisherKind,
    /// Where the service behind it runs.
    pub infrastructure: Infrastructure,
    /// Why publisher and infrastructure do not go together; then nothing was checked.
    pub refusal: Option<&'static str>,
    /// The checks of the profile, in order.
    pub checks: Vec<CheckOutcome>,
    /// Who answers for the data. Never empty.
    pub responsibility: Vec<Responsibility>,
    /// What the checks found, sorted.
    pub report: Report,
    /// For each of the earlier versions that it was compared with whether nothing breaks for whoever uses that.
    pub unbroken: Vec<bool>,
    /// How it ended.
    pub verdict: Verdict,
}

/// What was certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The connector's title, or the package's name where there is no title.
    pub name: String,
    /// What the definition calls its version.
    pub version: Option<String>,
    /// Names the bytes of the package.
    pub digest: PackageDigest,
}

/// How one check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckOutcome {
    /// The check.
    pub check: Check,
    /// How it ended.
    pub state: CheckState,
    /// Why; empty when it passed and there is nothing more to say.
    pub reason: String,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckState {
    /// It ran, and found nothing at error level.
    Passed,
    /// It ran, and found something at error level.
    Failed,
    /// It did not run.
    NotRun,
}

impl CheckState {
    /// The state's name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotRun => "not_run",
        }
    }
}
