//! The comparison for programs: the JSON shape of `diff`.

use crate::change::{Change, Comparison, Earlier};
use crate::notice::Notice;
use backshell_findings::{Place, json::JsonFinding};
use serde::Serialize;

/// The comparison as one JSON object, indented, with a line end. `version` is the version of Backshell.
pub fn render(comparison: &Comparison, version: &str) -> String {
    // Strings, numbers and lists only: there is nothing in it that serialisation could refuse.
    let mut text = serde_json::to_string_pretty(&Output::new(comparison, version, None)).unwrap_or_default();
    text.push('\n');
    text
}

/// The comparison as one line of JSON Lines.
pub fn render_line(comparison: &Comparison, version: &str, pair: &Pair<'_>) -> String {
    let mut text = serde_json::to_string(&Output::new(comparison, version, Some(pair))).unwrap_or_default();
    text.push('\n');
    text
}

/// Which line of a list of pairs a comparison answers.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'p> {
    /// Its number, from 1.
    pub number: usize,
    /// The path of the old version, as the list gives it.
    pub old: &'p str,
    /// The path of the new version.
    pub new: &'p str,
}

#[derive(Serialize)]
struct Output<'a> {
    tool: &'static str,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pair: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<&'a str>,
    verdict: &'static str,
    suggested_version: &'static str,
    /// The earlier versions, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<JsonEarlier<'a>>,
    changes: Vec<JsonChange<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<JsonFinding<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<JsonNotice<'a>>,
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
struct JsonNotice<'a> {
    kind: &'static str,
    message: &'a str,
    help: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
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
struct JsonApproval<'a> {
    reason: &'a str,
    approver: &'a str,
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
    /// The place in each operation, where they differ by more than its name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    places: Vec<String>,
    approved: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<JsonApproval<'a>>,
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
    fn new(comparison: &'a Comparison, version: &'a str, pair: Option<&Pair<'a>>) -> Self {
        let summary = comparison.summary();
        Self {
            tool: "backshell",
            version,
            pair: pair.map(|pair| pair.number),
            old: pair.map(|pair| pair.old),
            new: pair.map(|pair| pair.new),
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
            notices: comparison.notices.iter().map(JsonNotice::from).collect(),
            summary: JsonSummary {
                breaking: summary.breaking,
                warning: summary.warning,
                compatible: summary.compatible,
                approved: Some(summary.approved).filter(|count| *count > 0),
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
            places: if change.places.is_empty() { Vec::new() } else { change.every_place() },
            approved: change.is_approved(),
            approval: change
                .approval
                .as_ref()
                .map(|approval| JsonApproval { reason: &approval.reason, approver: &approval.approver }),
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

impl<'a> From<&'a Notice> for JsonNotice<'a> {
    fn from(notice: &'a Notice) -> Self {
        let place = &notice.place;
        Self {
            kind: notice.kind.as_str(),
            message: &notice.message,
            help: &notice.help,
            file: &place.file,
            line: place.start.line,
            column: place.start.column,
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
