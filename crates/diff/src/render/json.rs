//! The comparison for programs: the JSON shape of `diff`.

use crate::change::{Change, Comparison, Earlier};
use backshell_findings::{Place, json::JsonFinding};
use serde::Serialize;

/// The comparison as one JSON object, indented, with a line end. `version` is the version of Backshell.
pub fn render(comparison: &Comparison, version: &str) -> String {
    // Strings, numbers and lists only: there is nothing in it that serialisation could refuse.
    let mut text = serde_json::to_string_pretty(&Output::new(comparison, version, None)).unwrap_or_default();
    text.push('\n');
    text
}

/// The comparison as one line of JSON Lines: the pair with this number.
pub fn render_line(comparison: &Comparison, version: &str, pair: usize) -> String {
    let mut text = serde_json::to_string(&Output::new(comparison, version, Some(pair))).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Output<'a> {
    tool: &'static str,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pair: Option<usize>,
    verdict: &'static str,
    suggested_version: &'static str,
    /// The earlier versions, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<JsonEarlier<'a>>,
    changes: Vec<JsonChange<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<JsonFinding<'a>>,
    summary: JsonSummary,
}

#[derive(Serialize)]
struct JsonSummary {
    breaking: usize,
    warning: usize,
    compatible: usize,
    /// Where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved: Option<usize>,
}

#[derive(Serialize)]
struct JsonEarlier<'a> {
    name: &'a str,
    version: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonImpact<'a> {
    callers: usize,
    of: usize,
    exact: bool,
    by_omission: bool,
    names: &'a [String],
}

#[derive(Serialize)]
struct JsonChange<'a> {
    check: &'static str,
    verdict: &'static str,
    object: &'static str,
    direction: &'static str,
    operations: &'a [String],
    method: Option<&'a str>,
    path: Option<&'a str>,
    message: &'a str,
    help: &'a str,
    fingerprint: &'a str,
    /// The place by names, for patterns of approvals.
    place: &'a str,
    approved: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    against: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<JsonImpact<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<JsonPlace<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<JsonPlace<'a>>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    file: &'a str,
    pointer: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl<'a> Output<'a> {
    fn new(comparison: &'a Comparison, version: &'a str, pair: Option<usize>) -> Self {
        let summary = comparison.summary();
        let approved = comparison.changes.iter().filter(|change| change.approved).count();
        Self {
            tool: "backshell",
            version,
            pair,
            verdict: comparison.outcome.as_str(),
            suggested_version: comparison.suggested_version.as_str(),
            earlier: if comparison.earlier.len() > 1 {
                let shown =
                    |earlier: &'a Earlier| JsonEarlier { name: &earlier.name, version: earlier.version.as_deref() };
                comparison.earlier.iter().map(shown).collect()
            } else {
                Vec::new()
            },
            changes: comparison.changes.iter().map(|change| JsonChange::new(change, &comparison.earlier)).collect(),
            findings: comparison.findings.iter().map(JsonFinding::from).collect(),
            summary: JsonSummary {
                breaking: summary.breaking,
                warning: summary.warning,
                compatible: summary.compatible,
                approved: Some(approved).filter(|count| *count > 0),
            },
        }
    }
}

impl<'a> JsonChange<'a> {
    fn new(change: &'a Change, earlier: &'a [Earlier]) -> Self {
        let against = change.against.iter().filter_map(|index| earlier.get(*index));
        Self {
            check: change.check.id,
            verdict: change.verdict.as_str(),
            object: change.check.object.as_str(),
            direction: change.check.direction.as_str(),
            operations: &change.operations,
            method: change.method.as_deref(),
            path: change.path.as_deref(),
            message: &change.message,
            help: &change.help,
            fingerprint: &change.fingerprint,
            place: &change.locus,
            approved: change.approved,
            against: against.map(|earlier| earlier.name.as_str()).collect(),
            impact: change.impact.as_ref().map(|impact| JsonImpact {
                callers: impact.callers,
                of: impact.of,
                exact: impact.exact,
                by_omission: impact.by_omission,
                names: &impact.names,
            }),
            old: change.old.as_ref().map(JsonPlace::from),
            new: change.new.as_ref().map(JsonPlace::from),
        }
    }
}

impl<'a> From<&'a Place> for JsonPlace<'a> {
    fn from(place: &'a Place) -> Self {
        Self {
            file: &place.file,
            pointer: &place.pointer,
            line: place.start.line,
            column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
        }
    }
}
