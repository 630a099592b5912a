//! The report for programs: the JSON shape that `lint`, `scan` and `endpoint` print.

use crate::{BarOutcome, Finding, Report, Suppressed};
use serde::Serialize;
use serde_json::ser::{Formatter as _, PrettyFormatter, Serializer};
use std::io::{self, Write};
use std::thread;

/// Up to so many entries are rendered by one core; of more every core renders a part.
const SHORT: usize = 1_000;
/// So many entries per core are rendered before they are written: a hundred thousand need no room at once.
const BLOCK: usize = 2_000;
/// Bytes of an entry, to begin with.
const USUAL_LENGTH: usize = 640;

/// The report as one JSON object, indented, with a line end. `version` is the version of Backshell.
pub fn render(report: &Report, version: &str) -> String {
    super::to_string(|out| write(out, report, version))
}

/// Writes what [`render`] returns.
pub fn write(out: &mut dyn Write, report: &Report, version: &str) -> io::Result<()> {
    let summary = report.summary();
    let summary = JsonSummary {
        files: summary.files,
        errors: summary.errors,
        warnings: summary.warnings,
        notes: summary.notes,
        suppressed: summary.suppressed,
    };
    let version = serde_json::to_string(version)?;
    write!(out, "{{\n  \"tool\": \"backshell\",\n  \"version\": {version},\n  \"findings\": ")?;
    list::<_, JsonFinding<'_>>(out, &report.findings)?;
    if !report.suppressed.is_empty() {
        write!(out, ",\n  \"suppressed\": ")?;
        list::<_, JsonSuppressed<'_>>(out, &report.suppressed)?;
    }
    if !report.bars.is_empty() {
        write!(out, ",\n  \"bars\": ")?;
        list::<_, JsonBar<'_>>(out, &report.bars)?;
    }
    write!(out, ",\n  \"summary\": ")?;
    summary.serialize(&mut Serializer::with_formatter(&mut *out, inside(1)?))?;
    writeln!(out, "\n}}")
}

/// Writes a list that is the value of a member of the report, block by block.
fn list<'a, T: Sync, J: Serialize + From<&'a T>>(out: &mut dyn Write, list: &'a [T]) -> io::Result<()> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    write!(out, "[")?;
    let mut separator = "";
    for block in list.chunks(BLOCK * cores) {
        let cores = if block.len() > SHORT { cores } else { 1 };
        let (first, rest) = block.split_at(block.len().div_ceil(cores));
        let parts: Vec<serde_json::Result<Vec<u8>>> = thread::scope(|scope| {
            let others = rest.chunks(first.len().max(1)).map(|part| scope.spawn(|| entries::<T, J>(part)));
            let others: Vec<_> = others.collect();
            let first = entries::<T, J>(first);
            std::iter::once(first).chain(others.into_iter().filter_map(|part| part.join().ok())).collect()
        });
        for part in parts {
            write!(out, "{separator}")?;
            out.write_all(&part?)?;
            separator = ",";
        }
    }
    write!(out, "{}]", if list.is_empty() { "" } else { "\n  " })
}

/// The entries of a list of the report, without its brackets.
fn entries<'a, T, J: Serialize + From<&'a T>>(list: &'a [T]) -> serde_json::Result<Vec<u8>> {
    let mut json = Vec::with_capacity(list.len() * USUAL_LENGTH);
    let layout = inside(2)?;
    let mut separator: &[u8] = b"\n    ";
    for entry in list {
        json.extend_from_slice(separator);
        J::from(entry).serialize(&mut Serializer::with_formatter(&mut json, layout.clone()))?;
        separator = b",\n    ";
    }
    Ok(json)
}

/// The layout of values that stand so many levels deep.
fn inside(levels: usize) -> serde_json::Result<PrettyFormatter<'static>> {
    let mut layout = PrettyFormatter::new();
    for _ in 0..levels {
        layout.begin_object(&mut io::sink()).map_err(serde_json::Error::io)?;
    }
    Ok(layout)
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

/// How a host stands to a bar, in the shape that `endpoint` and `certify` share.
#[derive(Serialize)]
pub struct JsonBar<'a> {
    id: &'a str,
    host: &'a str,
    state: &'static str,
    value: Option<&'a str>,
    threshold: &'a str,
    message: &'a str,
    help: &'a str,
}

impl<'a> From<&'a BarOutcome> for JsonBar<'a> {
    fn from(bar: &'a BarOutcome) -> Self {
        Self {
            id: &bar.id,
            host: &bar.host,
            state: bar.state.as_str(),
            value: bar.value.as_deref(),
            threshold: &bar.threshold,
            message: &bar.message,
            help: &bar.help,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Check, Place, Severity, Suppression};

    fn finding(number: usize) -> Finding {
        Finding {
            check: Check::Swagger,
            rule: "BS-FileLayout".into(),
            severity: Severity::Warning,
            message: format!("line\n{number} \"quoted\""),
            help: "".into(),
            place: Place::file("a.json"),
            identity: None,
        }
    }

    #[test]
    fn what_cores_render_together_is_one_list_in_order() {
        for count in [0, 1, SHORT, SHORT + 1, 3 * SHORT + 7, 100 * SHORT] {
            let suppressed = (0..count.min(2)).map(|number| Suppressed {
                finding: finding(number),
                because: Suppression::Allowed("reviewed".to_owned()),
            });
            let findings = (0..count).map(finding).collect();
            let report = Report { findings, suppressed: suppressed.collect(), files: 1, ..Report::default() };
            let text = render(&report, "1.0");
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let messages = value["findings"].as_array().unwrap().iter().map(|found| &found["message"]);
            assert!(messages.eq(report.findings.iter().map(|found| &found.message)), "{count}");
            assert_eq!(value.get("suppressed").map_or(0, |list| list.as_array().unwrap().len()), count.min(2));
            // Laid out as a whole it looks the same.
            let lines = |text: &str| text.lines().map(|line| line.len() - line.trim_start().len()).collect::<Vec<_>>();
            let whole = serde_json::to_string_pretty(&value).unwrap();
            let (mut ours, mut theirs) = (lines(&text), lines(&whole));
            ours.sort_unstable();
            theirs.sort_unstable();
            assert_eq!(ours, theirs, "{count}");
        }
    }
}
