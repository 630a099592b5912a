//! Blanks at the ends of lines. A line break stands between the values of a JSON text and never inside one, so that what
//! goes means nothing.

use super::edit::Edits;
use super::{Act, Fix};
use backshell_source::{Node, Span};

pub(super) const FIX: Fix =
    Fix { what: "remove blanks at the ends of lines", act: Act::Findings(&["BS-FileLayout"], mend) };

fn mend(root: Node<'_>, edits: &mut Edits<'_>) {
    let text = root.document().text();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let kept = content.trim_end_matches([' ', '\t']);
        if kept.len() < content.len() {
            let offset = |length: usize| u32::try_from(start + length).unwrap_or(u32::MAX);
            edits.replace(Span::new(offset(kept.len()), offset(content.len())), "");
        }
        start += line.len();
    }
}
