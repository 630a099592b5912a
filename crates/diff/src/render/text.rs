//! The comparison for people: worst first, grouped by operation, with the source lines of both files.

use crate::change::{Change, Comparison, Outcome};
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
        let _ = writeln!(out, "  {}[{}]: {}", change.verdict, change.check.id, printable(&change.message));
        show(&mut out, "old", change.old.as_ref());
        show(&mut out, "new", change.new.as_ref());
        help(&mut out, &change.help);
    }
    let summary = comparison.summary();
    let _ = match comparison.outcome {
        Outcome::Unreadable => writeln!(out, "not compared: a version cannot be read"),
        Outcome::Identical => writeln!(out, "identical: no changes"),
        outcome => writeln!(
            out,
            "{}: {} breaking, {} warning, {} compatible; suggested version: {}",
            outcome.as_str(),
            summary.breaking,
            summary.warning,
            summary.compatible,
            comparison.suggested_version.as_str(),
        ),
    };
    out
}

/// Whom a change concerns.
fn title(change: &Change) -> String {
    let names = change.operations.iter().take(MOST_NAMES).map(|name| printable(name)).collect::<Vec<_>>().join(", ");
    match (change.operations.len().checked_sub(MOST_NAMES), &change.method, &change.path) {
        _ if change.operations.is_empty() => "the connector".to_owned(),
        (Some(more), ..) if more > 0 => format!("{names} and {more} more"),
        (_, Some(method), Some(path)) => format!("{names} ({} {})", method.to_uppercase(), printable(path)),
        _ => names,
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
