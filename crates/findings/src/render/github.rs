//! The report as workflow commands of GitHub Actions: printed in a job, each finding becomes an annotation at its line.

use crate::text::{printable, totals};
use crate::{Finding, Report, Severity};
use std::borrow::Cow;
use std::io::{self, Write};

/// The report as workflow commands, one per line, then the summary line.
pub fn render(report: &Report) -> String {
    super::to_string(|out| write(out, report))
}

/// Writes what [`render`] returns.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    for finding in &report.findings {
        write_command(out, finding)?;
    }
    writeln!(out, "{}", totals(&report.summary()))
}

/// Writes one finding as a workflow command.
pub fn write_command(out: &mut dyn Write, finding: &Finding) -> io::Result<()> {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = &finding.place;
    let (start, end) = (place.start, place.end);
    let file = property(super::from_here(&place.file));
    write!(out, "::{command} file={file},line={},endLine={}", start.line, end.line)?;
    // Columns of a place over several lines are refused.
    if start.line == end.line {
        write!(out, ",col={},endColumn={}", start.column, end.column.max(start.column))?;
    }
    write!(out, ",title={}::{}", property(&finding.rule), data(&finding.message))?;
    if !finding.help.is_empty() {
        write!(out, "%0Ahelp: {}", data(&finding.help))?;
    }
    writeln!(out)
}

/// The text of a command. What a terminal would act on is made visible first: logs are read on terminals too.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25")
}

/// The value of a property, which ends at a comma or a colon.
fn property(text: &str) -> Cow<'_, str> {
    let escaped = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A").replace(':', "%3A");
    Cow::Owned(escaped.replace(',', "%2C"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Check, Place};
    use backshell_source::Position;

    fn finding(severity: Severity, end_line: u32) -> Finding {
        Finding {
            check: Check::Swagger,
            rule: "BS-Example".into(),
            severity,
            message: "100 % wrong:\n::error::injected, here".to_owned(),
            help: "do, it".into(),
            place: Place {
                file: "a,b:c%\nd/apiDefinition.swagger.json".into(),
                pointer: String::new(),
                start: Position { line: 3, column: 5 },
                end: Position { line: end_line, column: 9 },
                excerpt: None,
            },
            identity: None,
        }
    }

    #[test]
    fn what_ends_a_command_is_escaped() {
        let report = Report { findings: vec![finding(Severity::Note, 3)], files: 1, ..Report::default() };
        let expected = "::notice file=a%2Cb%3Ac%25%0Ad/apiDefinition.swagger.json,line=3,endLine=3,col=5,endColumn=9,\
                        title=BS-Example::100 %25 wrong:\u{fffd}::error::injected, here%0Ahelp: do, it\n\
                        1 file checked: 0 errors, 0 warnings, 1 note\n";
        assert_eq!(render(&report), expected);
    }

    #[test]
    fn a_path_is_that_in_the_repository() {
        let mut finding = finding(Severity::Error, 3);
        finding.place.file = "./my-connector/apiDefinition.swagger.json".into();
        let text = render(&Report { findings: vec![finding], files: 1, ..Report::default() });
        assert!(text.starts_with("::error file=my-connector/apiDefinition.swagger.json,line=3,"), "{text}");
    }

    #[test]
    fn columns_are_left_out_of_several_lines() {
        let report = Report { findings: vec![finding(Severity::Error, 4)], files: 1, ..Report::default() };
        let text = render(&report);
        assert!(text.starts_with("::error ") && text.contains(",line=3,endLine=4,title="), "{text}");
    }
}
