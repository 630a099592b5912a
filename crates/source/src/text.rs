//! A text and its lines.

use bytestring::ByteString;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use wide::u8x16;

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
    text: ByteString,
    lines: OnceLock<Lines>,
}

/// Line breaks are counted in blocks of so many bytes: a list of all lines would be long, and few of them are asked for.
const BLOCK: usize = 128;

struct Lines {
    /// How many line breaks stand before each block, and at last in the whole text.
    breaks: Vec<u32>,
    /// In ASCII a column is a subtraction.
    ascii: bool,
}

impl Text {
    /// Takes a text. Offsets are 32-bit, so positions beyond 4 GiB collapse into the last one.
    pub fn new(text: impl Into<ByteString>) -> Self {
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
        let block = offset as usize / BLOCK;
        let before = lines.breaks.get(block).copied().unwrap_or_default();
        let line = before + self.breaks_in(block * BLOCK..offset as usize);
        let start = self.near_line_start(offset as usize).or_else(|| self.line_start(line)).unwrap_or_default();
        let column = if lines.ascii {
            offset.saturating_sub(offset_of(start))
        } else {
            let end = self.0.text.floor_char_boundary(offset as usize);
            offset_of(self.0.text.get(start..end).unwrap_or_default().chars().count())
        };
        Position { line: line.saturating_add(1), column: column.saturating_add(1) }
    }

    /// The places where a span begins and ends.
    pub fn range(&self, span: Span) -> (Position, Position) {
        let start = self.position(span.start);
        let on_one_line = self.get(span).filter(|text| memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_none());
        let end = on_one_line.map(|text| {
            let characters = if self.lines().ascii { text.len() } else { text.chars().count() };
            Position { column: start.column.saturating_add(offset_of(characters)), ..start }
        });
        (start, end.unwrap_or_else(|| self.position(span.end)))
    }

    /// The line of this number (from 1) without its line break.
    pub fn line(&self, number: u32) -> Option<&str> {
        let start = self.line_start(number.checked_sub(1)?)?;
        let end = self.line_start(number).unwrap_or(self.0.text.len());
        Some(self.0.text.get(start..end)?.trim_end_matches(['\r', '\n']))
    }

    /// How many lines there are; a text that ends in a line break has an empty last line.
    pub fn line_count(&self) -> u32 {
        self.lines().breaks.last().copied().unwrap_or_default().saturating_add(1)
    }

    /// Where the line of this offset begins, when that is not far off.
    fn near_line_start(&self, offset: usize) -> Option<usize> {
        let bytes = self.0.text.as_bytes();
        let from = offset.saturating_sub(BLOCK);
        let near = bytes.get(from..offset)?;
        let at = from + memchr::memrchr2(b'\n', b'\r', near)?;
        ends_line(byte_at(bytes, at), byte_at(bytes, at + 1)).then_some(at + 1)
    }

    /// Where the line begins that so many line breaks stand before.
    fn line_start(&self, breaks: u32) -> Option<usize> {
        let Some(others) = breaks.checked_sub(1) else { return Some(0) };
        let before = &self.lines().breaks;
        let block = before.partition_point(|&before| before <= others).checked_sub(1)?;
        let nth = others - before.get(block)?;
        let bytes = self.0.text.as_bytes();
        let mut ends = (block * BLOCK..bytes.len()).filter(|&at| ends_line(byte_at(bytes, at), byte_at(bytes, at + 1)));
        ends.nth(nth as usize).map(|end| end + 1)
    }

    fn lines(&self) -> &Lines {
        self.0.lines.get_or_init(|| {
            let bytes = self.0.text.as_bytes();
            let mut breaks = Vec::with_capacity(bytes.len() / BLOCK + 2);
            let mut count = 0;
            // Where each `\r` is followed by `\n`, which it nearly always is, the other line end is all there is to look for.
            let only_feeds = memchr::memchr(b'\r', bytes).is_none() || !has_lone_return(bytes);
            let (blocks, rest) = bytes.as_chunks::<BLOCK>();
            for (number, block) in blocks.iter().enumerate() {
                breaks.push(count);
                count +=
                    if only_feeds { line_feeds(block) } else { self.breaks_in(number * BLOCK..(number + 1) * BLOCK) };
            }
            breaks.push(count);
            count += self.breaks_in(bytes.len() - rest.len()..bytes.len());
            breaks.push(count);
            Lines { breaks, ascii: bytes.is_ascii() }
        })
    }

    /// How many line breaks end in a stretch that is no longer than a block.
    fn breaks_in(&self, stretch: Range<usize>) -> u32 {
        let bytes = self.0.text.as_bytes();
        let (mut at, mut ends) = (stretch.start, 0);
        while at < stretch.end {
            let Some((here, next)) = chunk(bytes, at).zip(chunk(bytes, at + 1)) else { break };
            let found = here.simd_eq(FEEDS) | (here.simd_eq(RETURNS) & !next.simd_eq(FEEDS));
            // Of the last chunk the part that lies in the stretch.
            let counted = u16::MAX >> 16_usize.saturating_sub(stretch.end - at);
            ends += (found.to_bitmask() & u32::from(counted)).count_ones();
            at += 16;
        }
        let ends_here = |at: &usize| ends_line(byte_at(bytes, *at), byte_at(bytes, at + 1));
        ends + offset_of((at..stretch.end).filter(ends_here).count())
    }
}

// Sixteen bytes are looked at in one step. In plain loops the compiler may do the same by itself, or not (decision 14).
const FEEDS: u8x16 = u8x16::splat(b'\n');
const RETURNS: u8x16 = u8x16::splat(b'\r');

/// Sixteen bytes from `at` on, where there are so many.
fn chunk(bytes: &[u8], at: usize) -> Option<u8x16> {
    bytes.get(at..)?.first_chunk().copied().map(u8x16::new)
}

/// The sum of counts, none of which is more than the number of chunks in a block.
fn sum(counts: u8x16) -> u32 {
    counts.to_array().into_iter().map(u32::from).sum()
}

/// How many `\n` there are in a block.
fn line_feeds(block: &[u8; BLOCK]) -> u32 {
    let (chunks, _) = block.as_chunks();
    sum(chunks.iter().fold(u8x16::ZERO, |feeds, chunk| feeds - u8x16::new(*chunk).simd_eq(FEEDS)))
}

/// Whether a `\r` ends a line by itself.
fn has_lone_return(bytes: &[u8]) -> bool {
    let behind = bytes.get(1..).unwrap_or_default();
    let pairs = bytes.as_chunks().0.iter().zip(behind.as_chunks().0);
    let alone = pairs.fold(u8x16::ZERO, |alone, (here, next)| {
        alone | (u8x16::new(*here).simd_eq(RETURNS) & !u8x16::new(*next).simd_eq(FEEDS))
    });
    let seen = behind.len() / 16 * 16;
    let is_alone = |at| byte_at(bytes, at) == b'\r' && byte_at(bytes, at + 1) != b'\n';
    alone.to_bitmask() != 0 || (seen..bytes.len()).any(is_alone)
}

/// Whether a byte ends a line, by what follows it: of `\r\n` only the second half does.
fn ends_line(byte: u8, next: u8) -> bool {
    byte == b'\n' || byte == b'\r' && next != b'\n'
}

fn byte_at(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or_default()
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
    fn long_texts_are_counted_as_short_ones() {
        agree_with_counting(
            &(0..2_000).map(|n| ["a", "ä", "\n", "\r", "\r\n", "b"][n * n % 17 % 6]).collect::<String>(),
        );
        agree_with_counting(&(0..2_000).map(|n| ["a", "ä", "\n", "\n\n", "b"][n * n % 17 % 5]).collect::<String>());
        agree_with_counting(&"\n".repeat(1_000));
        for line in ["ab\r\n", "abc\r\n", "\r\n"] {
            agree_with_counting(&line.repeat(200));
        }
        // As long as one block, or a byte less or more, with a `\r` as the last byte.
        for length in [126, 127, 128] {
            agree_with_counting(&format!("{}\r", "a".repeat(length)));
            agree_with_counting(&format!("{}\r", "\r\n".repeat(64).split_at(length).0));
        }
    }

    fn agree_with_counting(text: &str) {
        let long = Text::new(text);
        let (mut line, mut start) = (1, 0);
        for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let (before, after) = text.split_at_checked(offset).unwrap();
            if before.ends_with('\n') || before.ends_with('\r') && !after.starts_with('\n') {
                let whole = text.get(start..offset).unwrap().trim_end_matches(['\r', '\n']);
                assert_eq!(long.line(line), Some(whole));
                line += 1;
                start = offset;
            }
            let column = u32::try_from(text.get(start..offset).unwrap().chars().count()).unwrap() + 1;
            assert_eq!(at(&long, offset_of(offset)), (line, column), "{offset}");
        }
        assert_eq!(long.line_count(), line);
    }

    #[test]
    fn an_empty_text_has_one_line() {
        let text = Text::new("");
        assert_eq!(at(&text, 0), (1, 1));
        assert_eq!(text.line(1), Some(""));
        assert_eq!(text.line_count(), 1);
    }
}
