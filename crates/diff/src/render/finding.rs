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

/// What makes a version unreadable, else every change but those that affect nothing saved.
pub(super) fn weighty_findings(comparison: &Comparison) -> impl Iterator<Item = Finding> {
    comparison.findings.iter().cloned().chain(comparison.weighty_findings())
}

impl Comparison {
    /// What breaks and what may, as findings: breaking changes at error level, warnings at theirs.
    pub fn weighty_findings(&self) -> impl Iterator<Item = Finding> {
        self.changes.iter().filter(|change| change.verdict != Verdict::Compatible).map(finding)
    }
}

/// A change where it stands in the new version, or what it was in, or else where it stood in the old one. Whom it concerns,
/// its place by names and where it stood are told in the message, since a finding has one place. What is approved is a note.
pub(super) fn finding(change: &Change) -> Finding {
    let place = change.new.as_ref().or(change.anchor.as_ref());
    let before = change.old.as_ref().filter(|_| place.is_some());
    let place = place.or(change.old.as_ref()).cloned().unwrap_or_else(|| Place::file(""));
    let approved = change.approval.as_ref().map(|approval| format!("approved by {}", approval.approver));
    let impact = change.impact.as_ref().map(ToString::to_string);
    // A place that lies in the only operation names it already.
    let is_named = change.operations.len() == 1 && change.operation_and_rest().0.is_some();
    let who = super::text::names(change, str::to_owned).map(|names| format!("concerns {names}"));
    let who = who.filter(|_| !is_named || super::text::place_by_names(change).is_none());
    let by_name = super::text::place_by_names(change).map(|names| format!("at {names}"));
    let before = before.map(|old| format!("before: {}:{}:{}", old.file, old.start.line, old.start.column));
    let more: Vec<String> = [approved, impact, who, by_name, before].into_iter().flatten().collect();
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
        severity: if change.is_approved() { Severity::Note } else { severity(change.verdict) },
        message,
        help: change.help.clone().into(),
        place,
        identity: Some(Box::new(identity)),
    }
}
