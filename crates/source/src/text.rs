//! A text and its lines.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// A stretch of a text: byte offsets into it, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The stretch from `start` up to and without `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The number of bytes.
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it covers nothing; an empty span still has a place.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// A place for people: 1-based line, 1-based column in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1. `\n`, `\r\n` and a lone `\r` each end one line.
    pub line: u32,
    /// The column, from 1, in Unicode scalar values; a tab counts as one.
    pub column: u32,
}

impl Default for Position {
    /// The beginning of a text.
    fn default() -> Self {
        Self { line: 1, column: 1 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A shared text that can tell lines and columns. Lines are looked for when the first position is asked.
#[derive(Clone)]
pub struct Text(Arc<Inner>);

struct Inner {
    text: Box<str>,
    lines: OnceLock<Lines>,
}

struct Lines {
    /// Where each line begins; the first is 0.
    starts: Vec<u32>,
    /// In ASCII a column is a subtraction.
    ascii: bool,
}

impl Text {
    /// Takes a text. Offsets are 32-bit, so positions beyond 4 GiB collapse into the last one.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(Arc::new(Inner { text: text.into(), lines: OnceLock::new() }))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The part that `span` covers; `None` when it lies outside the text or cuts a character.
    pub fn get(&self, span: Span) -> Option<&str> {
        self.as_str().get(span.start as usize..span.end as usize)
    }

    /// The place of a byte offset. An offset beyond the end means the end; one within a character means that character.
    pub fn position(&self, offset: u32) -> Position {
        let lines = self.lines();
        let offset = offset.min(offset_of(self.0.text.len()));
        let line = lines.starts.partition_point(|&start| start <= offset);
        let start = line.checked_sub(1).and_then(|before| lines.starts.get(before)).copied().unwrap_or(0);
        let column = if lines.ascii {
            offset - start
        } else {
            let end = self.0.text.floor_char_boundary(offset as usize);
            offset_of(self.0.text.get(start as usize..end).unwrap_or_default().chars().count())
        };
        Position { line: offset_of(line), column: column.saturating_add(1) }
    }

    /// The places where a span begins and ends.
    pub fn range(&self, span: Span) -> (Position, Position) {
        (self.position(span.start), self.position(span.end))
    }

    /// The line of this number (from 1) without its line break.
    pub fn line(&self, number: u32) -> Option<&str> {
        let starts = &self.lines().starts;
        let index = number.checked_sub(1)? as usize;
        let start = *starts.get(index)? as usize;
        let end = starts.get(index + 1).map_or(self.0.text.len(), |&next| next as usize);
        Some(self.0.text.get(start..end)?.trim_end_matches(['\r', '\n']))
    }

    /// How many lines there are; a text that ends in a line break has an empty last line.
    pub fn line_count(&self) -> u32 {
        offset_of(self.lines().starts.len())
    }

    fn lines(&self) -> &Lines {
        self.0.lines.get_or_init(|| {
            let bytes = self.0.text.as_bytes();
            let mut starts = vec![0];
            for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
                let windows = bytes.get(at..at + 2) == Some(b"\r\n");
                if !windows {
                    starts.push(offset_of(at + 1));
                }
            }
            Lines { starts, ascii: bytes.is_ascii() }
        })
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.text.len())
    }
}

/// An index as a 32-bit offset. Texts are limited to 4 GiB before they are read, so nothing saturates in practice.
pub(crate) fn offset_of(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &Text, offset: u32) -> (u32, u32) {
        let position = text.position(offset);
        (position.line, position.column)
    }

    #[test]
    fn every_line_break_ends_one_line() {
        let text = Text::new("a\nb\r\nc\rd");
        assert_eq!(at(&text, 0), (1, 1));
        assert_eq!(at(&text, 1), (1, 2), "the break belongs to the line it ends");
        assert_eq!(at(&text, 2), (2, 1));
        assert_eq!(at(&text, 4), (2, 3), "between the two halves of one break");
        assert_eq!(at(&text, 5), (3, 1));
        assert_eq!(at(&text, 7), (4, 1));
        assert_eq!(text.line_count(), 4);
        assert_eq!(
            (1..=5).map(|line| text.line(line)).collect::<Vec<_>>(),
            [Some("a"), Some("b"), Some("c"), Some("d"), None]
        );
        assert_eq!(text.line(0), None);
    }

    #[test]
    fn columns_count_characters() {
        let text = Text::new("ä\u{1f600}x\nø");
        assert_eq!(at(&text, 2), (1, 2));
        assert_eq!(at(&text, 4), (1, 2), "within the emoji");
        assert_eq!(at(&text, 6), (1, 3));
        assert_eq!(at(&text, 7), (1, 4));
        assert_eq!(at(&text, 8), (2, 1));
        assert_eq!(at(&text, 4_000), (2, 2), "beyond the end");
    }

    #[test]
    fn an_empty_text_has_one_line() {
        let text = Text::new("");
        assert_eq!(at(&text, 0), (1, 1));
        assert_eq!(text.line(1), Some(""));
        assert_eq!(text.line_count(), 1);
    }
}
