//! What a check says of itself, as text for a terminal.

use crate::check::{Check, Example};
use std::fmt::Write as _;

/// The page of a check: what it reports, why, what to do instead, and its examples with what the exchanged versions yield.
pub fn text(check: &Check) -> String {
    let mut out = String::new();
    let words = [check.verdict.as_str(), check.object.as_str(), check.direction.as_str()].join(", ");
    let _ = writeln!(out, "{}\n{words}", check.id);
    for (title, text) in [("What it reports", check.what), ("Why", check.why), ("What to do instead", check.instead)] {
        let _ = writeln!(out, "\n{title}\n  {text}");
    }
    if crate::approvals::is_never(check) {
        let _ = writeln!(out, "\nApproval\n  No approvals file can excuse it: the publisher alone must not decide it.");
    }
    for example in check.examples {
        let _ = writeln!(out, "\nBefore\n{}\nAfter\n{}", indented(example.before), indented(example.after));
        let _ = writeln!(out, "The other way round: {}", reversed(example));
    }
    out
}

/// The ids that an example yields when its versions are exchanged.
fn reversed(example: &Example) -> String {
    let ids = example.reversed.iter().map(|id| match crate::check(id) {
        Some(check) => format!("{id} ({})", check.verdict),
        None => (*id).to_owned(),
    });
    let ids: Vec<String> = ids.collect();
    if ids.is_empty() { "nothing".to_owned() } else { ids.join(", ") }
}

fn indented(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return "  (nothing)".to_owned();
    }
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_the_mirror() {
        let page = text(crate::check("parameter-became-required").unwrap());
        assert!(page.starts_with("parameter-became-required\nbreaking, parameter, request\n"), "{page}");
        assert!(page.contains("The other way round: parameter-became-optional (compatible)"), "{page}");
    }
}
