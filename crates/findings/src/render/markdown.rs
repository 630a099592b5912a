//! The report as Markdown, made to be a comment on a pull request.

use crate::text::{printable, totals};
use crate::{Finding, Report, Severity};
use std::fmt::Write as _;
use std::io::{self, Write};

/// A comment may have 65,536 characters; what surrounds the table needs some of them.
const LONGEST_TABLE: usize = 60_000;

/// Parts a text where GitHub would read on. It looks for mentions, issues and emoji in the page that was made of the Markdown,
/// where a character reference is the character again, and there only within one piece of text. A zero-width character would
/// part the text too, but would go along unseen when somebody copies a name out of the page; of a comment nothing is left.
const GAP: &str = "<!-- -->";

/// The report as a heading, a table of findings and a table of rules.
pub fn render(report: &Report) -> String {
    super::to_string(|out| write(out, report))
}

/// Writes what [`render`] returns.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let summary = report.summary();
    let verdict = match summary {
        _ if summary.errors > 0 => "errors found",
        _ if summary.warnings + summary.notes > 0 => "no errors",
        _ => "nothing found",
    };
    writeln!(out, "### Backshell lint: {verdict}\n\n{}.", totals(&summary))?;
    if report.findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| | rule | place | finding |\n|---|---|---|---|")?;
    let mut length = 0;
    // Errors first: when the comment is full, it is the others that are left out.
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| finding.severity);
    for (shown, finding) in findings.iter().enumerate() {
        let row = row(finding);
        length += row.chars().count();
        if length > LONGEST_TABLE {
            writeln!(out, "\n{} more are not shown here.", findings.len() - shown)?;
            break;
        }
        out.write_all(row.as_bytes())?;
    }
    let counts = report.by_rule();
    if counts.len() > 1 && length <= LONGEST_TABLE {
        writeln!(out, "\n<details><summary>By rule</summary>\n\n| rule | findings | files |\n|---|---:|---:|")?;
        for count in counts {
            writeln!(out, "| {} | {} | {} |", escaped(&count.rule), count.findings, count.files)?;
        }
        writeln!(out, "\n</details>")?;
    }
    Ok(())
}

fn row(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Error => "🔴 error",
        Severity::Warning => "🟡 warning",
        Severity::Note => "🔵 note",
    };
    let place = &finding.place;
    let mut row = format!(
        "| {severity} | {} | <code>{}:{}:{}</code> | {}",
        escaped(&finding.rule),
        escaped_code(&place.file),
        place.start.line,
        place.start.column,
        prose(&finding.message)
    );
    if !finding.help.is_empty() {
        let _ = write!(row, "<br>*{}*", prose(&finding.help));
    }
    row.push_str(" |\n");
    row
}

/// A message: what stands in backticks becomes code, everything else is shown as it is.
pub fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks is no pair of quotes.
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    parts.iter().enumerate().fold(String::new(), |mut out, (index, part)| {
        if index.is_multiple_of(2) {
            return out + &escaped(part);
        }
        let _ = write!(out, "<code>{}</code>", escaped_code(part));
        out
    })
}

/// Foreign text in which nothing is left that Markdown, HTML or GitHub (`@name`, `#1`) would act on: it is shown and never
/// read as markup. For what stands in `<code>` there is [`escaped_code`].
pub fn escaped(text: &str) -> String {
    encoded(text, parts_prose)
}

/// As [`escaped`], for text between `<code>` and `</code>`: GitHub looks for no references there.
pub fn escaped_code(text: &str) -> String {
    encoded(text, parts_code)
}

/// The text with character references for what Markdown and HTML would act on, and with [`GAP`] behind each character of which
/// `parts` says so: it is given what is written already, the character before, the character, and the one after.
fn encoded(text: &str, parts: fn(&str, Option<char>, char, Option<char>) -> bool) -> String {
    let text = printable(text);
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let has_gap = parts(&out, before, character, rest.peek().copied());
        match character {
            '&' | '<' | '>' | '"' | '|' | '`' | '*' | '_' | '~' | '[' | ']' | '\\' | '@' | '#' | ':' | '!' | '$' => {
                write_reference(&mut out, character);
            }
            // Without a scheme too, this would be a link.
            '.' if ends_with(&out, "www") => write_reference(&mut out, character),
            other => out.push(other),
        }
        if has_gap {
            out.push_str(GAP);
        }
        before = Some(character);
    }
    out
}

fn write_reference(out: &mut String, character: char) {
    let _ = write!(out, "&#{};", u32::from(character));
}

/// Whether GitHub would read on behind the character: a mention, an issue (`#1`, `GH-1`), an emoji (`:name:`).
fn parts_prose(written: &str, _: Option<char>, character: char, after: Option<char>) -> bool {
    match character {
        '@' | '#' => after.is_none_or(|after| !after.is_whitespace()),
        ':' => after.is_some_and(|after| after.is_ascii_alphanumeric() || matches!(after, '+' | '-' | '_')),
        '-' => ends_with(written, "gh") && after.is_some_and(|after| after.is_ascii_digit()),
        _ => false,
    }
}

/// Whether the character is that of a mail address: these are made links by what reads Markdown, which does not know `<code>`.
fn parts_code(_: &str, before: Option<char>, character: char, _: Option<char>) -> bool {
    let is_of_name = |before: char| before.is_ascii_alphanumeric() || matches!(before, '.' | '+' | '-' | '_');
    character == '@' && before.is_some_and(is_of_name)
}

/// Whether the text ends with this word of ASCII letters, letter case ignored.
fn ends_with(text: &str, word: &str) -> bool {
    let end = text.len().checked_sub(word.len()).and_then(|start| text.get(start..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Check, Place};

    fn report(message: &str, count: usize) -> Report {
        let finding = Finding {
            check: Check::Swagger,
            rule: "BS-Example".into(),
            severity: Severity::Error,
            message: message.to_owned(),
            help: "write `x`".into(),
            place: Place::file("a|b.json"),
            identity: None,
        };
        Report { findings: vec![finding; count], files: 1, ..Report::default() }
    }

    #[test]
    fn foreign_text_is_no_markup() {
        let text = render(&report("`</code>|<img>` and @everyone *b* #1", 1));
        let row = text.lines().find(|line| line.contains("BS-Example")).unwrap();
        let expected = "| 🔴 error | BS-Example | <code>a&#124;b.json:1:1</code> | <code>&#60;/code&#62;&#124;&#60;img&#62;</code> \
                        and &#64;<!-- -->everyone &#42;b&#42; &#35;<!-- -->1<br>*write <code>x</code>* |";
        assert_eq!(row, expected);
        assert_eq!(prose("a ` b"), "a &#96; b");
    }

    #[test]
    fn nobody_is_mentioned_and_nothing_is_linked() {
        for (text, expected) in [
            ("@a/b", "&#64;<!-- -->a/b"),
            ("c/d#1", "c/d&#35;<!-- -->1"),
            ("gh-1 GH-x", "gh-<!-- -->1 GH-x"),
            ("e@f.org", "e&#64;<!-- -->f.org"),
            (":tada:", "&#58;<!-- -->tada&#58;"),
            ("WWW.g.org w.h", "WWW&#46;g.org w.h"),
            ("one: @ two # three", "one&#58; &#64; two &#35; three"),
            ("<!-- @", "&#60;&#33;-- &#64;<!-- -->"),
        ] {
            assert_eq!(escaped(text), expected);
        }
        for (text, expected) in [
            ("@a #1 :b: GH-1", "&#64;a &#35;1 &#58;b&#58; GH-1"),
            ("c@d.org", "c&#64;<!-- -->d.org"),
            ("www.e.org", "www&#46;e.org"),
        ] {
            assert_eq!(escaped_code(text), expected);
        }
        assert_eq!(prose("by @`a`@b"), "by &#64;<!-- --><code>a</code>&#64;<!-- -->b");
    }

    /// What GitHub makes of the source, as far as this crate can tell: comments part the text, and references are resolved.
    #[test]
    fn what_is_shown_is_the_text() {
        let text = "@everyone, see c/d#1, GH-1 & :tada: at www.e.org <b>";
        let mut shown = escaped(text);
        assert!(shown.split(GAP).all(|piece| !piece.contains("&#64;e") && !piece.contains("&#35;1")), "{shown}");
        shown = shown.replace(GAP, "");
        for character in "&<>@#:.".chars() {
            shown = shown.replace(&format!("&#{};", u32::from(character)), &character.to_string());
        }
        assert_eq!(shown, text);
    }

    #[test]
    fn a_comment_is_never_too_long() {
        let text = render(&report(&"long ".repeat(100), 500));
        assert!(text.chars().count() < 65_536);
        assert!(text.contains("more are not shown here."));
    }

    #[test]
    fn nothing_found_is_said() {
        let text = render(&Report { files: 2, ..Report::default() });
        assert!(text.starts_with("### Backshell lint: nothing found\n"), "{text}");
    }
}
