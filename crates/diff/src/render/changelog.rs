//! What changed, in words for the users of a connector: a list to put into release notes, the compatible changes included.
//! It is Markdown that reads well as plain text.

use super::text::names;
use crate::change::{Change, Comparison, Outcome, SuggestedVersion};
use crate::check::Verdict;
use crate::quoted;
use backshell_findings::text::printable;
use std::collections::HashSet;
use std::fmt::Write as _;

/// The changes of the comparison by how much they weigh, then by operation.
pub fn render(comparison: &Comparison) -> String {
    match comparison.outcome {
        Outcome::Unreadable => return "Not compared: a version cannot be read.\n".to_owned(),
        Outcome::Identical => return "Nothing has changed.\n".to_owned(),
        Outcome::Breaking | Outcome::Warning | Outcome::Compatible => {}
    }
    let mut out = String::new();
    for (verdict, title) in [
        (Verdict::Breaking, "Breaking changes"),
        (Verdict::Warning, "Changes to look at"),
        (Verdict::Compatible, "Other changes"),
    ] {
        let changes = comparison.changes.iter().filter(|change| change.verdict == verdict);
        // Several places of one operation may say the same.
        let mut seen = HashSet::new();
        let lines: Vec<String> = changes.map(line).filter(|line| seen.insert(line.clone())).collect();
        if !lines.is_empty() {
            let _ = writeln!(out, "### {title}\n\n{}\n", lines.join("\n"));
        }
    }
    let part = match comparison.suggested_version {
        SuggestedVersion::Major => "a new major version",
        SuggestedVersion::Minor => "a new minor version",
        SuggestedVersion::Patch => "a new patch version",
        SuggestedVersion::None => "no new version",
    };
    let _ = writeln!(out, "These changes ask for {part}.");
    out
}

fn line(change: &Change) -> String {
    let message = printable(&change.message);
    let who = match change.operations.as_slice() {
        [] => return format!("- {}", capitalised(&message)),
        [only] => quoted(&printable(only)),
        _ => printable(&names(change).unwrap_or_default()),
    };
    format!("- {who}: {message}")
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
