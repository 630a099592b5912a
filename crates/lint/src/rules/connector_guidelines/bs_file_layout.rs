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
    // Most files have no tab at all and no blank before a line break, so that their lines need not be looked at.
    let has_tabs = memchr::memchr(b'\t', text).is_some();
    let may_end = |blank: &[u8]| memchr::memmem::find(text, blank).is_some();
    if !has_tabs && !may_end(b" \n") && !may_end(b" \r") && !text.ends_with(b" ") {
        return;
    }
    let (mut tabs, mut blanks) = (Lines::default(), Lines::default());
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
        let line = text.get(start..end).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if has_tabs && let Some(tab) = line.iter().take_while(|byte| is_blank(**byte)).position(|byte| *byte == b'\t') {
            tabs.add(start + tab, 1);
        }
        if line.last().is_some_and(|last| is_blank(*last)) {
            let count = line.iter().rev().take_while(|byte| is_blank(**byte)).count();
            blanks.add(start + line.len() - count, count);
        }
        start = end + 1;
    }
    for (lines, what) in [(tabs, "a tab in the indentation"), (blanks, "blanks at the end")] {
        if let Some(span) = lines.first {
            let count = lines.count;
            let message = if count == 1 { format!("1 line has {what}") } else { format!("{count} lines have {what}") };
            out.at_span(context.root, span, message);
        }
    }
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
    fn add(&mut self, at: usize, length: usize) {
        self.count += 1;
        if self.first.is_none() {
            let offset = |value| u32::try_from(value).unwrap_or(u32::MAX);
            self.first = Some(Span { start: offset(at), end: offset(at + length) });
        }
    }
}
