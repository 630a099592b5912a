//! Edits of a JSON text: bytes in place, in the style of what stands around them.

use backshell_source::{Document, Node, Span};
use std::collections::BTreeMap;

/// Edits that do not touch each other.
pub(super) struct Edits<'d> {
    text: &'d str,
    /// What is replaced, by where it begins: the end and the new text. An insertion ends where it begins.
    list: BTreeMap<u32, Edit>,
}

struct Edit {
    end: u32,
    text: String,
    /// How many places it mends.
    places: usize,
}

impl<'d> Edits<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self { text: document.text(), list: BTreeMap::new() }
    }

    /// The text of a span.
    pub(super) fn text(&self, span: Span) -> &'d str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Replaces a span. An edit that would touch an earlier one is left for the next round.
    pub(super) fn replace(&mut self, span: Span, text: impl Into<String>) {
        let before = self.list.range(..=span.start).next_back();
        let after = self.list.range(span.start..).next();
        let overlaps = before.is_some_and(|(start, edit)| edit.end > span.start || *start == span.start)
            || after.is_some_and(|(start, _)| *start < span.end);
        if !overlaps {
            self.list.insert(span.start, Edit { end: span.end, text: text.into(), places: 1 });
        }
    }

    /// Adds a member behind the last one of an object, laid out as that one is. Nothing happens when the object is empty.
    pub(super) fn add_member(&mut self, object: Node<'_>, name: &str, value: &str) {
        let Some(last) = object.members().last() else { return };
        let at = last.value.span().end;
        let before = object.members().rev_second().map_or(object.span().start + 1, |member| member.value.span().end);
        let blanks = self.text(Span::new(before, last.key_span.start));
        // Between two members stands a comma, which is not part of the layout; layouts put blanks on either side of it.
        let lead = blanks.trim_start_matches(|letter: char| letter.is_ascii_whitespace());
        let (before_comma, behind_comma) = match lead.strip_prefix(',') {
            Some(behind) => (blanks.strip_suffix(lead).unwrap_or_default(), behind),
            // The only member: what stands between it and the bracket, but one blank where it stands on the bracket's line.
            None if blanks.contains(['\n', '\r']) => ("", blanks),
            None => ("", " "),
        };
        let colon = self.text(Span::new(last.key_span.end, last.value.span().start));
        let added = format!("{before_comma},{behind_comma}\"{name}\"{colon}{value}");
        match self.list.get_mut(&at) {
            // Another member is added here: the two stand behind each other.
            Some(edit) if edit.end == at => {
                if !edit.text.contains(&format!("\"{name}\"")) {
                    edit.text.push_str(&added);
                    edit.places += 1;
                }
            }
            _ => self.replace(Span::new(at, at), added),
        }
    }

    /// Removes an entry of a list that has one before it, with the comma between them.
    pub(super) fn remove_entry(&mut self, before: Node<'_>, entry: Node<'_>) {
        self.replace(Span::new(before.span().end, entry.span().end), "");
    }

    /// The text with the edits made, and how many there were.
    pub(super) fn apply(self) -> (String, usize) {
        let mut out = String::with_capacity(self.text.len());
        let mut at = 0;
        let mut made = 0;
        for (start, edit) in &self.list {
            out.push_str(self.text(Span::new(at, *start)));
            out.push_str(&edit.text);
            at = edit.end;
            made += edit.places;
        }
        out.push_str(self.text.get(at as usize..).unwrap_or_default());
        (out, made)
    }
}

/// The second last of the members.
trait SecondLast<'d>: Iterator<Item = backshell_source::Member<'d>> + Sized {
    fn rev_second(self) -> Option<backshell_source::Member<'d>> {
        let mut last_two = (None, None);
        for member in self {
            last_two = (last_two.1, Some(member));
        }
        last_two.0
    }
}

impl<'d> SecondLast<'d> for backshell_source::Members<'d> {}
