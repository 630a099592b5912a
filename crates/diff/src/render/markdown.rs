//! The comparison as Markdown, made to be a comment on a pull request: worst first, grouped by operation.

use super::text::{names, place_by_names, summary};
use crate::approvals::Approval;
use crate::change::{Change, Comparison, Outcome};
use crate::check::Verdict;
use backshell_findings::Place;
use backshell_findings::markdown::{escaped, escaped_code, prose};
use std::fmt::Write as _;

/// A comment may have 65,536 characters; what comes behind the lists needs some of them.
const LONGEST: usize = 65_000;

/// How many remarks are shown: each is cut to a few hundred characters.
const MOST_NOTICES: usize = 20;

/// One reason suffices to make a version unreadable; the others are for the other forms of output.
const MOST_FINDINGS: usize = 20;

/// The comparison as a heading, the changes that matter, and those that do not in a list that folds.
pub fn render(comparison: &Comparison) -> String {
    let mut out = format!("### Backshell diff: {}\n\n{}.\n", comparison.outcome.as_str(), summary(comparison));
    for notice in comparison.notices.iter().take(MOST_NOTICES) {
        let (message, place) = (prose(&notice.message), shown(&notice.place));
        let _ = writeln!(out, "\n- ⚠️ {message}<br>*{}*<br>{place}", prose(&notice.help));
    }
    if let Some(more @ 1..) = comparison.notices.len().checked_sub(MOST_NOTICES) {
        let _ = writeln!(out, "\n{more} more remarks are not shown here.");
    }
    for finding in comparison.findings.iter().take(MOST_FINDINGS) {
        let _ = writeln!(out, "\n- 🔴 **{}** {}", escaped(&finding.rule), prose(&finding.message));
        let _ = writeln!(out, "  <br>*{}*<br>{}", prose(&finding.help), shown(&finding.place));
    }
    if comparison.outcome == Outcome::Unreadable {
        return out;
    }
    let mut room = LONGEST.saturating_sub(out.chars().count());
    let mut left_out = 0_usize;
    let (folded, open): (Vec<_>, Vec<_>) =
        comparison.changes.iter().partition(|change| change.verdict == Verdict::Compatible);
    left_out += list(&mut out, &open, &mut room);
    if !folded.is_empty() {
        let _ = write!(out, "\n<details><summary>{} compatible</summary>\n", folded.len());
        left_out += list(&mut out, &folded, &mut room);
        out.push_str("\n</details>\n");
    }
    if left_out > 0 {
        let _ = writeln!(out, "\n{left_out} more are not shown here.");
    }
    out
}

/// Writes the changes under the operations that they concern, and says how many had no room.
fn list(out: &mut String, changes: &[&Change], room: &mut usize) -> usize {
    let mut group = None;
    for (written, change) in changes.iter().enumerate() {
        let mut text = String::new();
        let title = title(change);
        if group.as_ref() != Some(&title) {
            let _ = write!(text, "\n{title}\n\n");
            group = Some(title);
        }
        text.push_str(&item(change));
        let length = text.chars().count();
        if length > *room {
            // Nothing after it either: the worst comes first.
            *room = 0;
            return changes.len() - written;
        }
        *room -= length;
        out.push_str(&text);
    }
    0
}

fn title(change: &Change) -> String {
    let who = names(change, escaped).unwrap_or_else(|| "The connector".to_owned());
    match (&change.method, &change.path) {
        (Some(method), Some(path)) => {
            format!("**{who}** (<code>{} {}</code>)", escaped_code(&method.to_uppercase()), escaped_code(path))
        }
        _ => format!("**{who}**"),
    }
}

fn item(change: &Change) -> String {
    let (sign, approved) = match change.verdict {
        _ if change.is_approved() => ("✅", "approved: "),
        Verdict::Breaking => ("🔴", ""),
        Verdict::Warning => ("🟡", ""),
        Verdict::Compatible => ("🔵", ""),
    };
    let mut item = format!("- {sign} {approved}{} ({})", prose(&change.message), escaped(change.check.id));
    if let Some(Approval { reason, approver }) = &change.approval {
        let _ = write!(item, "<br>approved by {}: {}", escaped(approver), escaped(reason));
    }
    if let Some(impact) = &change.impact {
        let _ = write!(item, "<br>**{impact}**");
    }
    if !change.help.is_empty() && change.verdict != Verdict::Compatible {
        let _ = write!(item, "<br>*{}*", prose(&change.help));
    }
    if change.verdict != Verdict::Compatible {
        let names = place_by_names(change).map(|names| format!("at <code>{}</code>, ", escaped_code(names)));
        let _ = write!(item, "<br>{}fingerprint <code>{}</code>", names.unwrap_or_default(), change.fingerprint);
    }
    let places: Vec<String> = change.old.iter().chain(&change.new).map(shown).collect();
    if !places.is_empty() {
        let _ = write!(item, "<br>{}", places.join(" → "));
    }
    item.push('\n');
    item
}

fn shown(place: &Place) -> String {
    format!("<code>{}:{}:{}</code>", escaped_code(&place.file), place.start.line, place.start.column)
}
