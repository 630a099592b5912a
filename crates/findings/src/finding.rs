//! A finding and its parts.

use backshell_source::{Position, Span, Text};
use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

/// Characters of a source line that are kept on each side of the place: a definition may be one line of a megabyte.
const EXCERPT_REACH: usize = 100;

/// Which check a finding comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The live checks of a connector's hosts.
    Endpoint,
    /// Swagger validation, including the package's other files.
    Swagger,
    /// The comparison with an earlier version.
    Breaking,
    /// The functional tests.
    Functional,
    /// The verification of the publisher.
    Publisher,
    /// The search for malware, secrets and dangerous code.
    Malware,
}

impl Check {
    /// Every check, in the order in which certification runs them.
    pub const ALL: &'static [Self] =
        &[Self::Swagger, Self::Breaking, Self::Malware, Self::Publisher, Self::Endpoint, Self::Functional];

    /// The check's name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Swagger => "swagger",
            Self::Breaking => "breaking",
            Self::Functional => "functional",
            Self::Publisher => "publisher",
            Self::Malware => "malware",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How much a finding weighs. Errors sort first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The package is refused.
    Error,
    /// It should be changed, and is not refused.
    Warning,
    /// For information.
    Note,
}

impl Severity {
    /// All of them, the heaviest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// The severity's name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing a check reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check reports it.
    pub check: Check,
    /// The id of the rule that was broken.
    pub rule: Cow<'static, str>,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it, in one line. Empty when the message says it all.
    pub help: Cow<'static, str>,
    /// Where it is.
    pub place: Place,
    /// What tells it from other findings across versions of the file. `None` where nobody asked for it.
    pub identity: Option<Box<Identity>>,
}

/// What stays the same about a finding when lines move, members are reordered or the package lies elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The file. A check of one package names it by its path in the package; a comparison of two, which may lie anywhere,
    /// as the user gave it.
    pub file: Cow<'static, str>,
    /// The place by names instead of numbers and lines: a JSON pointer in which entries of lists are named by what they
    /// hold, where they have a name (`/parameters/[id]`), or the names on the way to what has changed
    /// (`GetOrder/parameters/query/id`).
    pub place: String,
    /// A digest of what makes the finding this one: its rule, and either its file and place or what has changed there, with
    /// the values before and after. Two findings may share it.
    pub fingerprint: String,
}

/// Where a finding is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as the user gave it.
    pub file: Arc<str>,
    /// JSON pointer into the file as written. Empty for the whole document or for a file that is not JSON.
    pub pointer: String,
    /// The first character.
    pub start: Position,
    /// The place behind the last character.
    pub end: Position,
    /// The line that people are shown: that of `start`, unless another tells more. `None` when the file has no text, or
    /// does not exist.
    pub excerpt: Option<SourceLine>,
}

impl Place {
    /// A whole file, for findings that concern no single place in it, or a file that is missing.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        let start = Position::default();
        Self { file: file.into(), pointer: String::new(), start, end: start, excerpt: None }
    }

    /// The characters of `span` in `text`, which is the content of `file`.
    pub fn in_text(file: impl Into<Arc<str>>, text: &Text, span: Span, pointer: impl Into<String>) -> Self {
        Self::without_excerpt(file, text, span, pointer).shown(text, span)
    }

    /// The same, for whoever does not show the line.
    pub fn without_excerpt(file: impl Into<Arc<str>>, text: &Text, span: Span, pointer: impl Into<String>) -> Self {
        let (start, end) = text.range(Span::new(span.start, span.end.max(span.start)));
        Self { file: file.into(), pointer: pointer.into(), start, end, excerpt: None }
    }

    /// The same place, which is that of `span` in `text`, with its line.
    #[must_use]
    pub fn shown(self, text: &Text, span: Span) -> Self {
        let excerpt = SourceLine::around(text.as_str(), span.start as usize, self.start, self.end);
        Self { excerpt: Some(excerpt), ..self }
    }

    /// The same place, shown by the characters of `span`: an entry of a list begins with a bracket, which tells nobody
    /// which entry it is.
    #[must_use]
    pub fn shown_by(self, text: &Text, span: Span) -> Self {
        let (start, end) = text.range(Span::new(span.start, span.end.max(span.start)));
        Self { excerpt: Some(SourceLine::around(text.as_str(), span.start as usize, start, end)), ..self }
    }
}

/// A line of a source file, or the part of it that lies around a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// Its number, 1-based.
    pub number: u32,
    /// The text, without line end.
    pub text: String,
    /// The column of its first character, 1-based, in Unicode scalar values.
    pub first_column: u32,
    /// Whether more of the line follows.
    pub cut_after: bool,
    /// The columns to mark. `u32::MAX` as the end stands for the end of the line.
    pub marked: Range<u32>,
}

impl SourceLine {
    /// The line of `text` that byte `offset` (which is at `start`) lies on, cut to a readable length, and marked from there
    /// to `end`.
    fn around(text: &str, offset: usize, start: Position, end: Position) -> Self {
        /// As many bytes as one character more than is kept may have.
        const REACH: usize = (EXCERPT_REACH + 1) * 4;
        let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
        let near = before.get(before.ceil_char_boundary(before.len().saturating_sub(REACH))..).unwrap_or_default();
        let line_start = memchr::memrchr2(b'\n', b'\r', near.as_bytes()).map_or(0, |line_end| line_end + 1);
        let head = near.get(line_start..).unwrap_or_default();
        let near = after.get(..after.floor_char_boundary(REACH)).unwrap_or_default();
        let line_end = memchr::memchr2(b'\n', b'\r', near.as_bytes()).unwrap_or(near.len());
        let tail = near.get(..line_end).unwrap_or_default();
        // How many characters are kept on each side, and how many bytes these are.
        let sum = |(count, bytes): (usize, usize), character: char| (count + 1, bytes + character.len_utf8());
        let kept = |text: &str, characters: &mut dyn Iterator<Item = char>| match text.len().min(EXCERPT_REACH) {
            all if text.is_ascii() => (all, all),
            _ => characters.take(EXCERPT_REACH).fold((0, 0), sum),
        };
        let (kept_before, back) = kept(head, &mut head.chars().rev());
        let (_, ahead) = kept(tail, &mut tail.chars());
        let excerpt = text.get(before.len() - back..before.len() + ahead).unwrap_or_default();
        Self {
            number: start.line,
            text: excerpt.to_owned(),
            first_column: start.column.saturating_sub(u32::try_from(kept_before).unwrap_or(u32::MAX)).max(1),
            cut_after: ahead < tail.len(),
            marked: start.column..if end.line == start.line { end.column } else { u32::MAX },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_excerpt_is_the_line_of_the_place() {
        let text = Text::new("one\r\ntwo three\r\nfour");
        let line = Place::in_text("a", &text, Span::new(9, 14), "").excerpt.unwrap();
        assert_eq!((line.text.as_str(), line.number, line.first_column), ("two three", 2, 1));
        assert_eq!((line.marked, line.cut_after), (5..10, false));
        let over_the_end = Place::in_text("a", &text, Span::new(9, 17), "").excerpt.unwrap();
        assert_eq!(over_the_end.marked, 5..u32::MAX);
    }

    #[test]
    fn a_place_may_be_shown_by_another_line() {
        let text = Text::new("{\n  \"name\": \"id\"\n}");
        let place = Place::in_text("a", &text, Span::new(0, 1), "/0").shown_by(&text, Span::new(12, 16));
        let line = place.excerpt.unwrap();
        assert_eq!((place.start.line, line.number, line.marked), (1, 2, 11..15));
    }

    #[test]
    fn an_excerpt_is_what_counting_characters_says() {
        for (unit, line_end) in [("a", "\r\n"), ("é", "\r"), ("名", "\n"), ("\u{1f600}", "\n"), ("aé\u{1f600}", "\r\n")]
        {
            for count in [0, 1, 99, 100, 101, 102, 250, 500] {
                let text = format!("x{line_end}{}{line_end}y", unit.repeat(count));
                for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                    let column = Text::new(text.as_str()).position(offset.try_into().unwrap());
                    let line = SourceLine::around(&text, offset, column, column);
                    let (before, after) = text.split_at(offset);
                    let on_line = |character: &char| !"\r\n".contains(*character);
                    let mut expected: Vec<_> = before.chars().rev().take_while(on_line).take(EXCERPT_REACH).collect();
                    let kept = expected.len();
                    expected.reverse();
                    expected.extend(after.chars().take_while(on_line).take(EXCERPT_REACH));
                    assert_eq!(line.text.chars().collect::<Vec<_>>(), expected, "{unit} {count} {offset}");
                    assert_eq!(line.first_column as usize, (column.column as usize - kept).max(1));
                    assert_eq!(line.cut_after, after.chars().take_while(on_line).count() > EXCERPT_REACH);
                }
            }
        }
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}X{}", "é".repeat(5_000), "y".repeat(5_000));
        let start = Position { line: 1, column: 5_001 };
        let line = SourceLine::around(&text, 10_000, start, start);
        assert_eq!(line.text.chars().count(), 2 * EXCERPT_REACH);
        assert_eq!(line.first_column, 4_901);
        assert!(line.cut_after);
        assert_eq!(line.text.chars().nth((5_001 - line.first_column) as usize), Some('X'));
    }
}
