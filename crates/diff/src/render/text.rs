//! The comparison for people: worst first, grouped by operation, with the source lines of both files.

use crate::approvals::Approval;
use crate::change::{Change, Comparison, Outcome};
use crate::check::Verdict;
use crate::engine::UNDECIDED;
use backshell_findings::Place;
use backshell_findings::text::printable;
use std::fmt::Write as _;

/// The most names of operations that are written out for one change.
const MOST_NAMES: usize = 8;

/// The comparison as text, ending with a summary line.
pub fn render(comparison: &Comparison) -> String {
    let mut out = String::new();
    for finding in &comparison.findings {
        let _ = writeln!(out, "unreadable[{}]: {}", printable(&finding.rule), printable(&finding.message));
        show(&mut out, "-->", Some(&finding.place));
        help(&mut out, &finding.help);
    }
    let mut group = None;
    for change in &comparison.changes {
        let title = (change.verdict, title(change));
        if group.as_ref() != Some(&title) {
            let _ = writeln!(out, "{}\n", title.1);
            group = Some(title);
        }
        let approved = if change.is_approved() { ", approved" } else { "" };
        let message = printable(&change.message);
        let _ = writeln!(out, "  {}[{}]{approved}: {message}", change.verdict, change.check.id);
        show(&mut out, "old", change.old.as_ref());
        show(&mut out, "new", change.new.as_ref());
        if let Some(names) = place_by_names(change) {
            let _ = writeln!(out, "    = place: {}", printable(names));
        }
        if change.verdict != Verdict::Compatible {
            let _ = writeln!(out, "    = fingerprint: {}", change.fingerprint);
        }
        if let Some(Approval { reason, approver }) = &change.approval {
            let _ = writeln!(out, "    = approved by {}: {}", printable(approver), printable(reason));
        }
        if let Some(impact) = &change.impact {
            let _ = writeln!(out, "    = impact: {impact}");
        }
        help(&mut out, &change.help);
    }
    let _ = writeln!(out, "{}", summary(comparison));
    out
}

/// The result in one line.
pub(super) fn summary(comparison: &Comparison) -> String {
    let summary = comparison.summary();
    match comparison.outcome {
        Outcome::Unreadable => "not compared: a version cannot be read".to_owned(),
        Outcome::Identical => "identical: no changes".to_owned(),
        outcome => {
            let approved = match (summary.approved, comparison.unapproved()) {
                (0, _) => String::new(),
                (approved, Outcome::Breaking) => format!(" ({approved} approved)"),
                (approved, _) => format!(" ({approved} approved: nothing else breaks)"),
            };
            let is_cut = comparison.changes.iter().any(|change| change.check.id == UNDECIDED.id);
            format!(
                "{}: {} breaking, {} warning, {} compatible{approved}; suggested version: {}{}",
                outcome.as_str(),
                summary.breaking,
                summary.warning,
                summary.compatible,
                comparison.suggested_version.as_str(),
                if is_cut { "; not everything could be compared" } else { "" },
            )
        }
    }
}

/// The place by names, where it says more than whom the change concerns.
pub(super) fn place_by_names(change: &Change) -> Option<&str> {
    Some(change.locus.as_str()).filter(|locus| !change.operations.iter().any(|name| name == locus) && !locus.is_empty())
}

/// The names of the operations that a change concerns; not all of them where they are many. `None`: the whole connector.
/// `shown` makes of each name what is written.
pub(super) fn names(change: &Change, shown: impl Fn(&str) -> String) -> Option<String> {
    let names = change.operations.iter().take(MOST_NAMES).map(|name| shown(name)).collect::<Vec<_>>().join(", ");
    match change.operations.len().checked_sub(MOST_NAMES) {
        _ if change.operations.is_empty() => None,
        Some(more) if more > 0 => Some(format!("{names} and {more} more")),
        _ => Some(names),
    }
}

/// Whom a change concerns.
fn title(change: &Change) -> String {
    let who = names(change, printable).unwrap_or_else(|| "the connector".to_owned());
    match (&change.method, &change.path) {
        (Some(method), Some(path)) => format!("{who} ({} {})", method.to_uppercase(), printable(path)),
        _ => who,
    }
}

fn show(out: &mut String, which: &str, place: Option<&Place>) {
    let Some(place) = place else { return };
    let (line, column) = (place.start.line, place.start.column);
    let _ = writeln!(out, "    {which} {}:{line}:{column} {}", printable(&place.file), printable(&place.pointer));
    if let Some(excerpt) = &place.excerpt {
        let _ = writeln!(out, "        | {}", printable(excerpt.text.trim()));
    }
}

fn help(out: &mut String, help: &str) {
    if !help.is_empty() {
        let _ = writeln!(out, "    = help: {}", printable(help));
    }
    out.push('\n');
}
