use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Span;

pub(crate) static RULE: Rule = Rule {
    id: "BS-FileLayout",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector coding standards"),
    what: "A line of `apiDefinition.swagger.json` has a tab in its indentation, or ends in blanks or tabs. The \
           first of each kind is reported, with the number of such lines.",
    why: "Every editor shows tabs in another width, and blanks at line ends make lines differ that look the same.",
    fix: "indent with four spaces, and let the editor remove blanks at line ends",
    bad: &[Example::Definition(
        "{\n\t\"swagger\": \"2.0\",  \n^\n                  ^^\n\t\"host\": \"api.contoso.com\"\n}",
    )],
    good: &[
        Example::Definition(
            r#"
{
    "swagger": "2.0",
    "info": { "title": "a\tb  " } }
"#,
        ),
        Example::Definition("{\n    \"swagger\":\t\"2.0\"\r\n}\r\n"),
    ],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let text = context.root.document().text().as_bytes();
    // Most files have no tab at all, so that their lines need not be looked at.
    let has_tabs = memchr::memchr(b'\t', text).is_some();
    let tabs = if has_tabs { tabs(text) } else { Lines::default() };
    for (lines, what) in [(tabs, "a tab in the indentation"), (blanks(text, has_tabs), "blanks at the end")] {
        if let Some(span) = lines.first {
            let count = lines.count;
            let message = if count == 1 { format!("1 line has {what}") } else { format!("{count} lines have {what}") };
            out.at_span(context.root, span, message);
        }
    }
}

/// The lines with a tab in their indentation; the first tab of the first one.
fn tabs(text: &[u8]) -> Lines {
    let mut lines = Lines::default();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
        let line = text.get(start..end).unwrap_or_default();
        if let Some(tab) = line.iter().take_while(|byte| is_blank(**byte)).position(|byte| *byte == b'\t') {
            lines.add(span(start + tab, 1));
        }
        start = end + 1;
    }
    lines
}

/// The lines with blanks at their end; all blanks of the first one.
fn blanks(text: &[u8], has_tabs: bool) -> Lines {
    // To look for one byte takes a fraction of what it takes to look for several.
    let has_returns = memchr::memchr(b'\r', text).is_some();
    let ends: [(&[u8], _); 4] =
        [(b" \n", true), (b" \r\n", has_returns), (b"\t\n", has_tabs), (b"\t\r\n", has_tabs && has_returns)];
    let ends = ends.into_iter().filter(|(_, occurs)| *occurs).map(|(end, _)| end);
    let found = ends.flat_map(|end| memchr::memmem::find_iter(text, end));
    // The last line may have no end.
    let rest = text.strip_suffix(b"\r").unwrap_or(text);
    let last = rest.len().checked_sub(1).filter(|_| rest.last().is_some_and(|last| is_blank(*last)));
    let (mut lines, mut first) = (Lines::default(), usize::MAX);
    for at in found.chain(last) {
        lines.count += 1;
        first = first.min(at);
    }
    if lines.count > 0 {
        let count = text.iter().take(first + 1).rev().take_while(|byte| is_blank(**byte)).count();
        lines.first = Some(span(first + 1 - count, count));
    }
    lines
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The lines with something to report: where the first one is, and how many there are.
#[derive(Default)]
struct Lines {
    first: Option<Span>,
    count: usize,
}

impl Lines {
    fn add(&mut self, span: Span) {
        self.count += 1;
        self.first.get_or_insert(span);
    }
}

fn span(at: usize, length: usize) -> Span {
    let offset = |value| u32::try_from(value).unwrap_or(u32::MAX);
    Span { start: offset(at), end: offset(at + length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_those_that_the_lines_end_in() {
        let pieces = ["a", " ", "\t", "\n", "\r\n", "\r", "  ", ""];
        for number in 0..pieces.len().pow(4) {
            let text: String = (0..4).map(|place| pieces[number / pieces.len().pow(place) % pieces.len()]).collect();
            let mut expected = (None, 0);
            let mut start = 0;
            for line in text.split('\n') {
                let whole = line.strip_suffix('\r').unwrap_or(line);
                let kept = whole.trim_end_matches([' ', '\t']);
                if kept.len() < whole.len() {
                    expected.0 = expected.0.or(Some(span(start + kept.len(), whole.len() - kept.len())));
                    expected.1 += 1;
                }
                start += line.len() + 1;
            }
            let found = blanks(text.as_bytes(), text.contains('\t'));
            assert_eq!((found.first, found.count), expected, "{text:?}");
        }
    }
}
