//! The certification for programs, and the form in which it is stored.

use crate::Certification;
use backshell_findings::json::{JsonBar, JsonFinding};
use serde::Serialize;

impl Certification {
    /// The certification as one JSON object, indented, with a line end. `version` is the version of Backshell.
    pub fn json(&self, version: &str) -> String {
        let output = Output {
            tool: "backshell",
            version,
            subject: Subject {
                name: &self.subject.name,
                version: self.subject.version.as_deref(),
                digest: self.subject.digest.to_string(),
            },
            profile: Profile {
                publisher: self.publisher.as_str(),
                infrastructure: self.infrastructure.as_str(),
                refused: self.refusal,
            },
            checks: self.checks.iter().map(Outcome::from).collect(),
            responsibility: self.responsibility.iter().map(Responsibility::from).collect(),
            bars: self.report.bars.iter().map(JsonBar::from).collect(),
            findings: self.report.findings.iter().map(JsonFinding::from).collect(),
            waivers: [],
            verdict: self.verdict.as_str(),
        };
        // Strings and lists only: there is nothing in it that serialisation could refuse.
        let mut text = serde_json::to_string_pretty(&output).unwrap_or_default();
        text.push('\n');
        text
    }
}

#[derive(Serialize)]
struct Output<'a> {
    tool: &'static str,
    version: &'a str,
    subject: Subject<'a>,
    profile: Profile,
    checks: Vec<Outcome<'a>>,
    responsibility: Vec<Responsibility<'a>>,
    bars: Vec<JsonBar<'a>>,
    findings: Vec<JsonFinding<'a>>,
    waivers: [(); 0],
    verdict: &'static str,
}

#[derive(Serialize)]
struct Subject<'a> {
    name: &'a str,
    version: Option<&'a str>,
    digest: String,
}

#[derive(Serialize)]
struct Profile {
    publisher: &'static str,
    infrastructure: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'static str>,
}

#[derive(Serialize)]
struct Outcome<'a> {
    check: &'static str,
    state: &'static str,
    reason: &'a str,
    engines: [(); 0],
}

impl<'a> From<&'a crate::CheckOutcome> for Outcome<'a> {
    fn from(outcome: &'a crate::CheckOutcome) -> Self {
        Self { check: outcome.check.as_str(), state: outcome.state.as_str(), reason: &outcome.reason, engines: [] }
    }
}

#[derive(Serialize)]
struct Responsibility<'a> {
    part: &'static str,
    who: &'static str,
    statement: &'a str,
    policy: Option<&'a str>,
}

impl<'a> From<&'a crate::Responsibility> for Responsibility<'a> {
    fn from(responsibility: &'a crate::Responsibility) -> Self {
        Self {
            part: responsibility.part.as_str(),
            who: responsibility.who,
            statement: &responsibility.statement,
            policy: responsibility.policy.as_deref(),
        }
    }
}
