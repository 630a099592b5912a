//! The check of breaking changes: the package beside the versions of its connector that are in use.

use crate::certification::{CheckOutcome, CheckState};
use backshell_diff::{Comparison, EarlierVersion, HostPlace, Options, Outcome, Verdict, compare_with_all};
use backshell_findings::{Check, Finding, Severity};
use backshell_package::ReadPackage;

/// What an update is held against.
#[derive(Clone, Copy, Debug)]
pub struct Update<'p> {
    /// The versions in use, the newest first; none for the first version of a connector.
    pub earlier: &'p [ReadPackage],
    /// Whether connections made with an earlier version stay on it when the update breaks something. Then a break is told
    /// as a warning and refuses nothing: whoever saved a call goes on calling the old version.
    pub connections_stay: bool,
    /// Tells in which cloud region a host is; see [`Options::place_of_host`].
    pub place_of_host: Option<fn(&str) -> Option<HostPlace>>,
}

/// Compares, and tells what breaks and what may. Which of the earlier versions nothing of the update breaks is answered
/// beside the outcome, one word for each.
pub(crate) fn check(
    read: &ReadPackage,
    path: Option<&str>,
    update: &Update<'_>,
    findings: &mut Vec<Finding>,
) -> (CheckOutcome, Vec<bool>) {
    let outcome = |state, reason| CheckOutcome { check: Check::Breaking, state, reason };
    let none = || vec![false; update.earlier.len()];
    if update.earlier.is_empty() {
        return (outcome(CheckState::Passed, String::new()), Vec::new());
    }
    let earlier: Vec<_> = update.earlier.iter().map(|package| EarlierVersion { package, path: None }).collect();
    let options =
        Options { new_path: path.map(str::to_owned), place_of_host: update.place_of_host, ..Options::default() };
    let comparison = match compare_with_all(&earlier, read, &options) {
        Ok(comparison) => comparison,
        Err(error) => return (outcome(CheckState::NotRun, error.to_string()), none()),
    };
    if comparison.outcome == Outcome::Unreadable {
        let reason = "a version cannot be read, so that nothing could be compared".to_owned();
        return (outcome(CheckState::NotRun, reason), none());
    }
    findings.extend(comparison.weighty_findings().map(|finding| Finding {
        severity: if update.connections_stay { finding.severity.max(Severity::Warning) } else { finding.severity },
        ..finding
    }));
    let unbroken = (0..update.earlier.len()).map(|version| !breaks(&comparison, version)).collect();
    let ended = match comparison.summary().breaking {
        0 => outcome(CheckState::Passed, String::new()),
        count if update.connections_stay => outcome(
            CheckState::Passed,
            format!("{}; connections made with an earlier version stay on it", changes(count)),
        ),
        count => outcome(CheckState::Failed, changes(count)),
    };
    (ended, unbroken)
}

fn changes(count: usize) -> String {
    if count == 1 { "1 breaking change".to_owned() } else { format!("{count} breaking changes") }
}

/// Whether something breaks, or could not be compared, between one of the earlier versions and the new one.
fn breaks(comparison: &Comparison, version: usize) -> bool {
    comparison.changes.iter().any(|change| {
        let is_of_version = change.against.is_empty() || change.against.contains(&version);
        is_of_version && (change.verdict == Verdict::Breaking || change.check.id == "undecided")
    })
}
