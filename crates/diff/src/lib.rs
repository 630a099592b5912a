//! What an update of a connector breaks: two versions of a package compared, from the point of view of everybody who saved
//! a call of the older one.
//!
//! A check (or a family of mirror checks) is one file under `checks/<object>/`: declarations with the texts of their pages,
//! examples that run as tests in both directions, and functions that judge one kind of pair. The module lists are written
//! from these files by `cargo xtask gen`.
//!
//! What this crate does not do: it reads no files (that is `backshell-package`), judges no version by itself (that is
//! `backshell-lint`), fetches nothing, and does not print.
//!
//! Start reading at a check, for example `checks/parameter/required.rs`; then [`Check`], `view.rs` (what checks are given)
//! and `engine.rs`, which pairs two versions and calls the checks.

mod aftermath;
mod anchor;
mod annotation;
mod approvals;
mod branches;
mod callers;
mod change;
mod check;
mod checks;
mod connections;
mod connector_metadata;
mod contract;
mod definitions;
pub mod docs;
mod dynamic;
mod engine;
mod facets;
mod fingerprint;
mod graph;
mod media_types;
mod nesting;
mod notice;
mod one_cause;
mod out;
mod pairing;
mod path_change;
mod pattern;
mod policies;
mod references;
mod render;
mod schema_pair;
mod schema_path;
mod security;
mod several;
mod shape;
mod subtypes;
mod suggestion;
#[cfg(test)]
mod tester;
mod text_values;
mod view;
mod webhook;

pub use annotation::NOTICE_DAYS;
pub use approvals::{Approval, ApprovalErrors, ApprovalProblem, Approvals, approve};
pub use callers::{Callers, CallersError, Impact};
pub use change::{Change, Comparison, Earlier, OperationPlace, Outcome, SuggestedVersion, Summary};
pub use check::{Check, Direction, Example, Object, Snippet, Verdict};
pub use notice::{Notice, NoticeKind};
pub use render::{changelog, github, json, markdown, sarif, text};
pub use several::{EarlierVersion, MOST_VERSIONS, TooManyVersions, compare_with_all};

use backshell_package::ReadPackage;
use std::sync::OnceLock;

pub(crate) use out::{Out, quoted};

/// How two versions are compared.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The path that the user gave for the old version: places show its files below it. `None` where there is no path.
    pub old_path: Option<String>,
    /// The same for the new version.
    pub new_path: Option<String>,
    /// Whether changes without any effect (order, spelling, where a schema is written) are listed as well.
    pub list_silent: bool,
    /// The time of the comparison, for checks of notice periods; without it they rely on nothing but the files.
    pub now: Option<backshell_model::Timestamp>,
    /// Tells in which cloud region a host is, by its name (in lower case, without a port). Without it no region is known.
    pub place_of_host: Option<fn(&str) -> Option<HostPlace>>,
    /// Whether places keep the line that people are shown; for whoever shows none, it is work for nothing.
    pub without_lines: bool,
    /// The days of notice that an operation's users must be given; `None` for [`NOTICE_DAYS`].
    pub notice_days: Option<u32>,
}

/// Where a host is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPlace {
    /// The programmatic name of the cloud region, as it stands in the host's name, such as `westeurope`.
    pub region: String,
    /// The geography that the region belongs to, such as `Europe`.
    pub geography: String,
}

impl std::fmt::Display for HostPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` ({})", self.region, self.geography)
    }
}

/// Every check, ordered by id.
pub fn checks() -> &'static [&'static Check] {
    static ALL: OnceLock<Vec<&'static Check>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: Vec<_> = checks::ALL.iter().flat_map(|family| family.checks).copied().collect();
        all.push(&engine::UNDECIDED);
        all.sort_unstable_by_key(|check| check.id);
        all
    })
}

/// The check with this id; letter case does not matter.
pub fn check(id: &str) -> Option<&'static Check> {
    let exact = checks().binary_search_by_key(&id, |check| check.id).ok().and_then(|at| checks().get(at));
    exact.or_else(|| checks().iter().find(|check| check.id.eq_ignore_ascii_case(id))).copied()
}

/// Compares two versions of a package. Changes are sorted: worst first, then by operation, place and check.
pub fn compare(old: &ReadPackage, new: &ReadPackage, options: &Options) -> Comparison {
    engine::run(old, new, options)
}
