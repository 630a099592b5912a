//! The report as SARIF 2.1.0 (Static Analysis Results Interchange Format), which code scanning services read.
//!
//! What is accepted is in it too, marked as suppressed with the reason, so that a service closes it instead of losing it.
//! Fingerprints come from the findings' identities: a service knows a finding again after lines have moved.

use crate::{Finding, Report, RuleInfo, Severity, Suppression};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use std::collections::HashMap;
use std::io::{self, Write};

/// The name under which the fingerprints are known; changed together with the way they are made.
const FINGERPRINT: &str = "backshell/v1";

/// What cannot stand in the path of a URI.
const NOT_IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The report as a SARIF log. `rules` says what is known about a rule; rules without findings are left out.
pub fn render(report: &Report, version: &str, rules: &dyn Fn(&str) -> Option<RuleInfo>) -> String {
    super::to_string(|out| write(out, report, version, rules))
}

/// Writes what [`render`] returns.
pub fn write(
    out: &mut dyn Write,
    report: &Report,
    version: &str,
    rules: &dyn Fn(&str) -> Option<RuleInfo>,
) -> io::Result<()> {
    let suppressed = report.suppressed.iter().map(|accepted| (&accepted.finding, Some(&accepted.because)));
    let all: Vec<_> = report.findings.iter().map(|finding| (finding, None)).chain(suppressed).collect();
    let mut ids: Vec<&str> = all.iter().map(|(finding, _)| &*finding.rule).collect();
    ids.sort_unstable();
    ids.dedup();
    let index: HashMap<&str, usize> = ids.iter().enumerate().map(|(index, id)| (*id, index)).collect();
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "backshell",
                    version,
                    semantic_version: version,
                    rules: ids.iter().map(|id| Rule::new(id, rules(id))).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            invocations: [Invocation { execution_successful: !report.is_incomplete }],
            results: all.iter().map(|(finding, because)| Outcome::new(finding, *because, &index)).collect(),
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'static str,
    invocations: [Invocation; 1],
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    semantic_version: &'a str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Help>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_configuration: Option<Configuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties>,
}

impl Rule {
    fn new(id: &str, info: Option<RuleInfo>) -> Self {
        let id = id.to_owned();
        let Some(info) = info else {
            return Self {
                id,
                short_description: None,
                full_description: None,
                help: None,
                default_configuration: None,
                properties: None,
            };
        };
        Self {
            id,
            short_description: Some(Message { text: info.short }),
            full_description: Some(Message { text: info.full }),
            help: Some(Help { text: info.help, markdown: info.page }),
            default_configuration: Some(Configuration { level: level(info.severity) }),
            properties: Some(Properties { tags: info.tags }),
        }
    }
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_fingerprints: Option<HashMap<&'static str, &'a str>>,
    /// Not there for what is not suppressed: an empty list would say the same, and some readers take it for a suppression.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<[Accepted<'a>; 1]>,
}

impl<'a> Outcome<'a> {
    fn new(finding: &'a Finding, because: Option<&'a Suppression>, index: &HashMap<&str, usize>) -> Self {
        let help = if finding.help.is_empty() { String::new() } else { format!("\nHelp: {}", finding.help) };
        let identity = finding.identity.as_ref();
        Self {
            rule_id: &finding.rule,
            rule_index: index.get(&*finding.rule).copied(),
            level: level(finding.severity),
            message: Message { text: format!("{}{help}", finding.message) },
            locations: [Location::new(finding)],
            partial_fingerprints: identity
                .map(|identity| HashMap::from([(FINGERPRINT, identity.fingerprint.as_str())])),
            suppressions: because
                .map(|because| [Accepted { kind: "external", status: "accepted", justification: because.reason() }]),
        }
    }
}

#[derive(Serialize)]
struct Accepted<'a> {
    kind: &'static str,
    status: &'static str,
    justification: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation<'a>; 1]>,
}

impl<'a> Location<'a> {
    fn new(finding: &'a Finding) -> Self {
        let place = &finding.place;
        let pointer = place.pointer.as_str();
        let region = Region {
            start_line: place.start.line,
            start_column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
        };
        Self {
            physical_location: PhysicalLocation { artifact_location: Artifact { uri: uri(&place.file) }, region },
            logical_locations: (!pointer.is_empty()).then_some([LogicalLocation { fully_qualified_name: pointer }]),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A path as a URI: relative ones stay relative to where the run began, which for code scanning is the repository's root.
fn uri(path: &str) -> String {
    let path = super::from_here(path);
    let encoded = utf8_percent_encode(path, NOT_IN_PATH).to_string();
    if path.starts_with('/') {
        return format!("file://{encoded}");
    }
    // A colon in the first part would make it a scheme.
    match encoded.split_once('/') {
        Some((first, rest)) => format!("{}/{rest}", first.replace(':', "%3A")),
        None => encoded.replace(':', "%3A"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("./my connector/a.json"), "my%20connector/a.json");
        assert_eq!(uri(".//a.json"), "a.json", "it is no path from the root");
        assert_eq!(uri("/tmp/ä#1.json"), "file:///tmp/%C3%A4%231.json");
        assert_eq!(uri("c:x/a:b"), "c%3Ax/a:b");
    }
}
