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
        Outcome::Unreadable => return unreadable(comparison),
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

fn unreadable(comparison: &Comparison) -> String {
    let mut out = "Not compared: a version cannot be read.\n\n".to_owned();
    for finding in &comparison.findings {
        let place = &finding.place;
        let (file, message) = (quoted(&printable(&place.file)), printable(&finding.message));
        let _ = writeln!(out, "- {file}, line {}: {message}", place.start.line);
    }
    out
}

fn line(change: &Change) -> String {
    let message = printable(&change.message);
    let who = match change.operations.as_slice() {
        [] => return format!("- {}", capitalised(&message)),
        [only] => quoted(&printable(only)),
        _ => printable(&names(change, quoted).unwrap_or_default()),
    };
    match unnamed_place(change) {
        Some(place) => format!("- {who}: {message} ({})", quoted(&printable(place))),
        None => format!("- {who}: {message}"),
    }
}

/// The place below the operation, where the message does not name what is there.
fn unnamed_place(change: &Change) -> Option<&str> {
    let (operation, rest) = change.operation_and_rest();
    operation?;
    // The last part may be a keyword behind the name, or the second half of a name such as `text/plain`.
    let (front, last) = rest.rsplit_once('/')?;
    let (_, name) = front.rsplit_once('/').unwrap_or_default();
    let both = rest.get(rest.len() - last.len() - name.len() - 1..).unwrap_or_default();
    let is_named = [last, name, both].iter().any(|part| change.message.contains(&format!("`{part}`")));
    (!is_named).then_some(rest)
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
