//! The report for programs: the JSON shape that `lint`, `scan` and `endpoint` print.

use crate::{Finding, Report, Suppressed};
use serde::Serialize;
use std::io::{self, Write};

/// The report as one JSON object, indented, with a line end. `version` is the version of Backshell.
pub fn render(report: &Report, version: &str) -> String {
    super::to_string(|out| write(out, report, version))
}

/// Writes what [`render`] returns.
pub fn write(out: &mut dyn Write, report: &Report, version: &str) -> io::Result<()> {
    let summary = report.summary();
    let output = JsonReport {
        tool: "backshell",
        version,
        findings: report.findings.iter().map(JsonFinding::from).collect(),
        suppressed: report.suppressed.iter().map(JsonSuppressed::from).collect(),
        summary: JsonSummary {
            files: summary.files,
            errors: summary.errors,
            warnings: summary.warnings,
            notes: summary.notes,
            suppressed: summary.suppressed,
        },
    };
    serde_json::to_writer_pretty(&mut *out, &output)?;
    writeln!(out)
}

#[derive(Serialize)]
struct JsonReport<'a> {
    tool: &'static str,
    version: &'a str,
    findings: Vec<JsonFinding<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressed: Vec<JsonSuppressed<'a>>,
    summary: JsonSummary,
}

#[derive(Serialize)]
struct JsonSummary {
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    suppressed: usize,
}

/// An accepted finding: the finding, and why it is accepted.
#[derive(Serialize)]
struct JsonSuppressed<'a> {
    #[serde(flatten)]
    finding: JsonFinding<'a>,
    suppression: &'static str,
    reason: &'a str,
}

impl<'a> From<&'a Suppressed> for JsonSuppressed<'a> {
    fn from(suppressed: &'a Suppressed) -> Self {
        let because = &suppressed.because;
        Self { finding: (&suppressed.finding).into(), suppression: because.as_str(), reason: because.reason() }
    }
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
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<&'a str>,
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
            fingerprint: finding.identity.as_ref().map(|identity| identity.fingerprint.as_str()),
        }
    }
}
