//! Changes as findings, for the forms of output that know nothing else.

use crate::change::{Change, Comparison};
use crate::check::Verdict;
use backshell_findings::{Check, Finding, Identity, Place, Severity};
use std::borrow::Cow;

/// What weighs as much as the verdict.
pub(super) fn severity(verdict: Verdict) -> Severity {
    match verdict {
        Verdict::Breaking => Severity::Error,
        Verdict::Warning => Severity::Warning,
        Verdict::Compatible => Severity::Note,
    }
}

/// What makes a version unreadable, else every change.
pub(super) fn findings(comparison: &Comparison) -> impl Iterator<Item = Finding> {
    comparison.findings.iter().cloned().chain(comparison.changes.iter().map(finding))
}

impl Comparison {
    /// What breaks and what may, as findings: breaking changes at error level, warnings at theirs.
    pub fn weighty_findings(&self) -> impl Iterator<Item = Finding> {
        self.changes.iter().filter(|change| change.verdict != Verdict::Compatible).map(finding)
    }
}

/// A change where it stands in the new version, or else in the old one. Whom it concerns and where it stood are told in the
/// message, since a finding has one place.
fn finding(change: &Change) -> Finding {
    let place = change.new.as_ref().or(change.old.as_ref()).cloned().unwrap_or_else(|| Place::file(""));
    let who = super::text::names(change).map(|names| format!("concerns {names}"));
    let before = change.old.as_ref().filter(|_| change.new.is_some());
    let before = before.map(|old| format!("before: {}:{}:{}", old.file, old.start.line, old.start.column));
    let more: Vec<String> = who.into_iter().chain(before).collect();
    let message =
        if more.is_empty() { change.message.clone() } else { format!("{} ({})", change.message, more.join("; ")) };
    let identity = Identity {
        file: place.file.to_string().into(),
        place: change.locus.clone(),
        fingerprint: change.fingerprint.clone(),
    };
    Finding {
        check: Check::Breaking,
        rule: Cow::Borrowed(change.check.id),
        severity: severity(change.verdict),
        message,
        help: change.help.clone().into(),
        place,
        identity: Some(Box::new(identity)),
    }
}
