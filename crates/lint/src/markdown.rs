//! The sections of a Markdown text: just enough to find headings and what stands below them.
//!
//! Headings are lines that begin with `#` (a blank behind it may be missing), lines underlined with `=` or `-`, lines that
//! are bold as a whole, and HTML headings that open and close on one line. What lies in fenced code is no heading.

use std::ops::Range;

/// The rank of a line in bold type: below every real heading.
const BOLD_LINE: usize = 7;

/// A heading and the text below it. Places are byte offsets into the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Section<'t> {
    /// 1 for the highest rank.
    pub(crate) level: usize,
    /// The heading without its marks.
    pub(crate) title: &'t str,
    /// Where the title is.
    pub(crate) place: Range<usize>,
    /// The text up to the next heading.
    pub(crate) own: Range<usize>,
    /// The text up to the next heading of the same or a higher rank.
    pub(crate) body: Range<usize>,
}

impl Section<'_> {
    /// Whether the title holds one of these words (in lower case), letter case ignored.
    pub(crate) fn speaks_of(&self, words: &[&str]) -> bool {
        let title = self.title.to_lowercase();
        words.iter().any(|word| title.contains(word))
    }
}

/// The sections, in order.
pub(crate) fn sections(text: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    // Indices of sections whose bodies are not at their end, each of a lower rank than the one before.
    let mut open: Vec<usize> = Vec::new();
    let mut fence: Option<&str> = None;
    let mut offset = 0;
    let mut paragraph: Option<(&str, usize)> = None;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let line = line.trim_end();
        let trimmed = line.trim_start();
        if let Some(mark) = fence_mark(trimmed) {
            match fence {
                Some(opened) if opened == mark => fence = None,
                None => fence = Some(mark),
                Some(_) => {}
            }
            paragraph = None;
            continue;
        }
        if fence.is_some() {
            continue;
        }
        let indent = line.len() - trimmed.len();
        let above = paragraph.take();
        let heading = match above.zip(underline(trimmed)) {
            Some(((title, at), level)) => Some((level, title, at, at)),
            None => heading(trimmed).filter(|_| indent < 4).map(|(level, title)| (level, title, start, start + indent)),
        };
        let Some((level, title, begin, near)) = heading else {
            paragraph = (!trimmed.is_empty()).then_some((trimmed, start + indent));
            continue;
        };
        let at = near + text.get(near..).and_then(|rest| rest.find(title)).unwrap_or(0);
        if let Some(before) = sections.last_mut() {
            before.own.end = begin.max(before.own.start);
        }
        while let Some(last) = open.last().and_then(|&last| sections.get_mut(last)).filter(|last| last.level >= level) {
            last.body.end = begin.max(last.body.start);
            open.pop();
        }
        open.push(sections.len());
        let below = offset..text.len();
        sections.push(Section { level, title, place: at..at + title.len(), own: below.clone(), body: below });
    }
    sections
}

/// The mark that opens or closes fenced code.
fn fence_mark(line: &str) -> Option<&'static str> {
    ["```", "~~~"].into_iter().find(|mark| line.starts_with(mark))
}

/// The rank of the heading that this line underlines.
fn underline(line: &str) -> Option<usize> {
    let all = |mark: char| line.len() > 1 && line.chars().all(|character| character == mark);
    if all('=') { Some(1) } else { all('-').then_some(2) }
}

/// The rank and title of a heading that is one line.
fn heading(line: &str) -> Option<(usize, &str)> {
    let behind = line.trim_start_matches('#');
    let level = line.len() - behind.len();
    if (1..=6).contains(&level) {
        return Some((level, behind.trim_end_matches('#').trim().trim_matches(['*', '_'])));
    }
    if let Some((level, title)) = html_heading(line) {
        return Some((level, title));
    }
    let inner = line.strip_prefix("**").or_else(|| line.strip_prefix("__"))?;
    let title =
        inner.trim_end_matches(':').strip_suffix(["*", "_"].into_iter().find(|mark| line.starts_with(mark))?)?;
    let title = title.trim_end_matches(['*', '_']).trim_end_matches(':');
    (!title.is_empty() && !title.contains("**") && !title.contains("__")).then_some((BOLD_LINE, title))
}

/// The same of `<h1 ...>title</h1>`.
fn html_heading(line: &str) -> Option<(usize, &str)> {
    let rest = line.strip_prefix("<h").or_else(|| line.strip_prefix("<H"))?;
    let level = rest.chars().next()?.to_digit(10).filter(|level| (1..=6).contains(level))?;
    let (_, inner) = rest.split_once('>')?;
    let (title, _) = inner.split_once("</")?;
    Some((level as usize, title.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Level, title, own text and body of each section.
    fn read(text: &str) -> Vec<(usize, &str, &str, &str)> {
        let part = |place: Range<usize>| text.get(place).unwrap().trim();
        let shown = |section: Section<'_>| (section.level, part(section.place), part(section.own), part(section.body));
        sections(text).into_iter().map(shown).collect()
    }

    #[test]
    fn headings_of_every_form() {
        let text = "# One #\r\na\r\n##Two\nb\n### Three\nc\nFour\n----\nd\n**Five:**\ne\n<h1 id='x'>Six</h1>\nf";
        assert_eq!(
            read(text),
            [
                (1, "One", "a", "a\r\n##Two\nb\n### Three\nc\nFour\n----\nd\n**Five:**\ne"),
                (2, "Two", "b", "b\n### Three\nc"),
                (3, "Three", "c", "c"),
                (2, "Four", "d", "d\n**Five:**\ne"),
                (7, "Five", "e", "e"),
                (1, "Six", "f", "f"),
            ]
        );
    }

    #[test]
    fn what_is_no_heading() {
        for text in
            ["```\n# a\n```", "~~~ sh\n# a\n```\n# b\n~~~", "**a** b **c**", "\n---\n", "    # a", "- a\n", "#######"]
        {
            assert_eq!(read(text), [], "{text:?}");
        }
    }

    #[test]
    fn places_cover_the_titles() {
        let text = "# Größe\n\nTitle\n=====\n  ##  **Bold** ##\n";
        for section in sections(text) {
            assert_eq!(text.get(section.place.clone()), Some(section.title));
        }
        assert_eq!(sections(text).len(), 3);
    }
}
