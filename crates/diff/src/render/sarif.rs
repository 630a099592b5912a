//! The comparison as SARIF 2.1.0, which code scanning services read: a result per change, at its place in the new version;
//! what is approved is marked as suppressed, with the reason.
//!
//! The fingerprint of a change is that of the JSON output, so that a service knows it again and approvals fit to it.

use super::finding::{finding, severity};
use crate::approvals::Approval;
use crate::change::{Comparison, Outcome};
use backshell_findings::{Finding, Report, RuleInfo, Suppressed, Suppression};

/// The comparison as a SARIF log. `version` is the version of Backshell.
pub fn render(comparison: &Comparison, version: &str) -> String {
    let mut report = Report { findings: comparison.findings.clone(), files: 2, ..Report::default() };
    report.is_incomplete = comparison.outcome == Outcome::Unreadable;
    for change in &comparison.changes {
        match &change.approval {
            Some(Approval { reason, approver }) => report.suppressed.push(Suppressed {
                // How much it would weigh: that it does not is said by the suppression.
                finding: Finding { severity: severity(change.verdict), ..finding(change) },
                because: Suppression::Allowed(format!("{reason} ({approver})")),
            }),
            None => report.findings.push(finding(change)),
        }
    }
    backshell_findings::sarif::render(&report, version, &info)
}

/// What the log says about a check beside its results.
fn info(id: &str) -> Option<RuleInfo> {
    let check = crate::check(id)?;
    let first = check.what.split_once(". ").map_or_else(|| check.what.to_owned(), |(first, _)| format!("{first}."));
    Some(RuleInfo {
        id: check.id.to_owned(),
        severity: severity(check.verdict),
        short: first,
        full: check.what.to_owned(),
        help: format!("{}\nWhat to do instead: {}", check.why, check.instead),
        page: format!(
            "# {}\n\n{}\n\n## Why\n\n{}\n\n## What to do instead\n\n{}\n",
            check.id, check.what, check.why, check.instead
        ),
        tags: vec![check.object.as_str().to_owned(), "breaking-change".to_owned(), "connector".to_owned()],
    })
}
