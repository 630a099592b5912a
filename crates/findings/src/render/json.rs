//! The report for programs: the JSON shape that `lint`, `scan` and `endpoint` print.

use crate::{Finding, Report};
use serde::Serialize;

/// The report as one JSON object, indented, with a line end. `version` is the version of Backshell.
pub fn render(report: &Report, version: &str) -> String {
    let summary = report.summary();
    let output = JsonReport {
        tool: "backshell",
        version,
        findings: report.findings.iter().map(JsonFinding::from).collect(),
        summary: JsonSummary {
            files: summary.files,
            errors: summary.errors,
            warnings: summary.warnings,
            notes: summary.notes,
        },
    };
    // Strings, numbers and lists only: there is nothing in it that serialisation could refuse.
    let mut text = serde_json::to_string_pretty(&output).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct JsonReport<'a> {
    tool: &'static str,
    version: &'a str,
    findings: Vec<JsonFinding<'a>>,
    summary: JsonSummary,
}

#[derive(Serialize)]
struct JsonSummary {
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
}

/// A finding in the shape that every JSON output shares.
#[derive(Serialize)]
pub struct JsonFinding<'a> {
    check: &'static str,
    rule: &'a str,
    severity: &'static str,
    message: &'a str,
    help: &'a str,
    file: &'a str,
    pointer: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl<'a> From<&'a Finding> for JsonFinding<'a> {
    fn from(finding: &'a Finding) -> Self {
        let place = &finding.place;
        Self {
            check: finding.check.as_str(),
            rule: &finding.rule,
            severity: finding.severity.as_str(),
            message: &finding.message,
            help: &finding.help,
            file: &place.file,
            pointer: &place.pointer,
            line: place.start.line,
            column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
        }
    }
}
