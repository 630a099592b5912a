//! The report as Markdown, made to be a comment on a pull request.

use crate::text::{printable, totals};
use crate::{Finding, Report, Severity};
use std::fmt::Write as _;
use std::io::{self, Write};

/// A comment may have 65,536 characters; what surrounds the table needs some of them.
const LONGEST_TABLE: usize = 60_000;

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
            writeln!(out, "| {} | {} | {} |", escaped(count.rule), count.findings, count.files)?;
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
        escaped(&place.file),
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
        let part = escaped(part);
        let _ = if index.is_multiple_of(2) { write!(out, "{part}") } else { write!(out, "<code>{part}</code>") };
        out
    })
}

/// Foreign text with everything that Markdown, HTML or GitHub (`@name`, `#1`) would act on as a character reference: these
/// are shown and never read as markup.
pub fn escaped(text: &str) -> String {
    printable(text).chars().fold(String::new(), |mut out, character| {
        match character {
            '&' | '<' | '>' | '"' | '|' | '`' | '*' | '_' | '~' | '[' | ']' | '\\' | '@' | '#' | ':' | '!' | '$' => {
                let _ = write!(out, "&#{};", u32::from(character));
            }
            other => out.push(other),
        }
        out
    })
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
                        and &#64;everyone &#42;b&#42; &#35;1<br>*write <code>x</code>* |";
        assert_eq!(row, expected);
        assert_eq!(prose("a ` b"), "a &#96; b");
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
