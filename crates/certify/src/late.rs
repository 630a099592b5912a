//! Bars that take minutes are measured after publication; here a stored report is completed with them.
//!
//! Nothing else of the report is decided again: it stays what it was, to the letter.

use crate::pipeline::{MEASURED_LATER, not_cleared, not_measured, verdict};
use crate::{CheckOutcome, CheckState};
use backshell_findings::json::{JsonBar, JsonFinding};
use backshell_findings::{BarState, Check};
use backshell_model::Verdict;
use backshell_probe::Verification;
use backshell_probe::facts::PENDING;
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

/// A completed report, and how the certification ends by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// The report, JSON.
    pub report: String,
    /// How it ends.
    pub verdict: Verdict,
    /// How the check of endpoints ends.
    pub endpoint: CheckOutcome,
}

/// How a stored report says that bars of it are measured later. No text of a package can say so: in those a quotation mark
/// stands behind a backslash.
pub fn pending_mark() -> String {
    format!("\"message\": \"{PENDING}\"")
}

/// Completes a report with what was `measured` in the place of what was pending; what is still missing counts as not measured.
/// `None` where nothing of it was pending.
pub fn complete(report: &str, measured: &Verification) -> Result<Option<Completed>, serde_json::Error> {
    let mut stored: Stored = serde_json::from_str(report)?;
    let (mut failed, mut missing, mut was_pending) = (0_usize, Vec::new(), false);
    for bar in &mut stored.bars {
        let known: Bar = serde_json::from_str(bar.get())?;
        if known.message != PENDING || known.state != BarState::NotMeasured.as_str() {
            failed += usize::from(known.state == BarState::Fail.as_str());
            continue;
        }
        was_pending = true;
        let outcome = measured.bars.iter().find(|outcome| outcome.id == known.id && outcome.host == known.host);
        let state = outcome.map_or(BarState::NotMeasured, |outcome| outcome.state);
        *bar = match outcome {
            Some(outcome) => to_raw_value(&JsonBar::from(outcome))?,
            None => to_raw_value(&Bar { message: "it was not measured".to_owned(), ..known.clone() })?,
        };
        match state {
            BarState::Fail => failed += 1,
            BarState::NotMeasured => missing.push((known.host, known.id)),
            BarState::Pass | BarState::Warn => {}
        }
    }
    if !was_pending {
        return Ok(None);
    }
    for finding in &measured.findings {
        stored.findings.push(to_raw_value(&JsonFinding::from(finding))?);
    }
    let mut endpoint = CheckOutcome { check: Check::Endpoint, state: CheckState::NotRun, reason: String::new() };
    for check in stored.checks.iter_mut().filter(|check| check.check == Check::Endpoint.as_str()) {
        let (state, reason) = match (failed, missing.as_slice()) {
            // Other bars were not measured either.
            (0, _) if check.reason != MEASURED_LATER => (CheckState::NotRun, check.reason.clone()),
            (0, []) => (CheckState::Passed, String::new()),
            (0, missing) => (CheckState::NotRun, not_measured(missing)),
            (failed, _) => (CheckState::Failed, not_cleared(failed)),
        };
        (check.state, check.reason) = (state.as_str().to_owned(), reason.clone());
        (endpoint.state, endpoint.reason) = (state, reason);
    }
    let states: Vec<CheckState> = stored.checks.iter().map(|check| state(&check.state)).collect::<Result<_, _>>()?;
    let verdict = verdict(&states);
    verdict.as_str().clone_into(&mut stored.verdict);
    let mut report = serde_json::to_string_pretty(&stored)?;
    report.push('\n');
    Ok(Some(Completed { report, verdict, endpoint }))
}

/// What a stored check says of its state. One that this version does not know is not taken for passed.
fn state(word: &str) -> Result<CheckState, serde_json::Error> {
    let known = [CheckState::Passed, CheckState::Failed, CheckState::NotRun];
    let unknown = || serde_json::Error::custom(format!("no check has the state `{word}`"));
    known.into_iter().find(|state| state.as_str() == word).ok_or_else(unknown)
}

/// A report as it is stored; what is not touched is kept as it is written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    tool: Box<RawValue>,
    version: Box<RawValue>,
    subject: Box<RawValue>,
    profile: Box<RawValue>,
    checks: Vec<StoredCheck>,
    responsibility: Box<RawValue>,
    bars: Vec<Box<RawValue>>,
    findings: Vec<Box<RawValue>>,
    waivers: Box<RawValue>,
    verdict: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct StoredCheck {
    check: String,
    state: String,
    reason: String,
    engines: Box<RawValue>,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Bar {
    id: String,
    host: String,
    state: String,
    value: Option<String>,
    threshold: String,
    message: String,
    help: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EndpointCheck, Request, certify};
    use backshell_model::{Infrastructure, PublisherKind};
    use backshell_package::{Limits, read_files};
    use backshell_probe::facts::{Facts, NotMeasured, Sample, Series};
    use backshell_probe::hosts::{Endpoint, endpoints};
    use backshell_probe::measure::{Lists, unmeasured};
    use backshell_probe::{verify, verify_slow};
    use backshell_testkit::MockClock;
    use std::time::Duration;

    /// The report about a package of which everything says `text`, with slow bars that are pending or not; and what is measured
    /// of it later, where so many requests are answered.
    fn report(text: &str, is_pending: bool, answered: usize) -> (String, Verification) {
        let definition = serde_json::json!({
            "swagger": "2.0",
            "info": {"title": text, "description": text, "version": text},
            "host": "api.contoso.com",
            "schemes": ["https"],
            "paths": {"/orders": {"get": {"operationId": text, "summary": text, "description": text,
                "responses": {"200": {"description": text}}}}}
        });
        let file = ("apiDefinition.swagger.json".to_owned(), definition.to_string().into_bytes().into());
        let read = read_files(text, vec![file], &Limits::default());
        let clock = MockClock::at(1_800_000_000);
        let facts = |endpoint: &Endpoint| unmeasured(endpoint, &[], &clock, &Lists::default(), "not asked for");
        let found = endpoints(&read.package, None);
        let missing = || if is_pending { NotMeasured::pending() } else { NotMeasured::because("not asked for") };
        let before: Vec<Facts> =
            found.iter().map(|endpoint| Facts { series: Err(missing()), ..facts(endpoint) }).collect();
        let sample = |index| Sample {
            status: if index < answered { Ok(200) } else { Ok(503) },
            connected: Some(Duration::from_millis(20)),
            first_byte: Some(Duration::from_millis(20)),
        };
        let after = found.iter().map(|endpoint| {
            let series = Series { requests: (0..4).map(sample).collect(), over: Duration::ZERO, stopped: false };
            Facts { series: Ok(series), ..facts(endpoint) }
        });
        let after = verify_slow(&after.collect::<Vec<_>>());
        let endpoint = EndpointCheck::Verified(verify(&before));
        let (publisher, infrastructure) = (PublisherKind::Verified, Infrastructure::External);
        let outcome = certify(&read, &Request { publisher, infrastructure, path: None, endpoint });
        (outcome.json("0.0.0"), after)
    }

    /// What a package says never makes its report one that is pending.
    #[test]
    fn what_stored_reports_are_known_by_stays_as_it_is() {
        let pending = "measured after publication: 20 requests over 10 minutes, and then this report is completed";
        assert_eq!(pending_mark(), format!("\"message\": \"{pending}\""));
        let check = "EV-19 and EV-20 are measured after publication, by 20 requests over 10 minutes to each host; then this \
                     report is completed";
        assert_eq!(MEASURED_LATER, check);
    }

    #[test]
    fn the_mark_in_a_text_of_the_package_marks_nothing() {
        let mark = pending_mark();
        for text in [mark.as_str(), &format!("\n{mark},\n"), PENDING] {
            let (written, measured) = report(text, false, 4);
            assert!(!written.contains(&mark), "{written}");
            assert_eq!(complete(&written, &measured).unwrap(), None, "{text}");
            let (written, _) = report(text, true, 4);
            assert!(written.contains(&mark));
        }
    }

    #[test]
    fn what_is_not_about_the_slow_bars_stays_as_it_was_written() {
        let (written, measured) = report("Orders \u{e9} \u{1f980} \"\\/\u{7f}", true, 1);
        let completed = complete(&written, &measured).unwrap().unwrap();
        assert!(completed.report.contains("1 of 4"));
        let (before, after): (Stored, Stored) =
            (serde_json::from_str(&written).unwrap(), serde_json::from_str(&completed.report).unwrap());
        let same = |one: &RawValue, other: &RawValue| assert_eq!(one.get(), other.get());
        same(&before.tool, &after.tool);
        same(&before.version, &after.version);
        same(&before.subject, &after.subject);
        same(&before.profile, &after.profile);
        same(&before.responsibility, &after.responsibility);
        same(&before.waivers, &after.waivers);
        assert!(before.findings.len() < after.findings.len());
        before.findings.iter().zip(&after.findings).for_each(|(one, other)| same(one, other));
        let is_slow = |bar: &RawValue| bar.get().contains("\"EV-19\"") || bar.get().contains("\"EV-20\"");
        for (one, other) in before.bars.iter().zip(&after.bars).filter(|(one, _)| !is_slow(one)) {
            same(one, other);
        }
        // Nothing is pending any more, and what has no pending bar is not written again.
        assert_eq!(complete(&completed.report, &measured).unwrap(), None);
        assert_eq!(completed.verdict, Verdict::Refused);
    }

    /// A report goes through the types here and comes out as it went in: no member is lost, and none moves.
    #[test]
    fn a_report_is_written_as_it_was_read() {
        let (written, _) = report("Orders", true, 4);
        let stored: Stored = serde_json::from_str(&written).unwrap();
        assert_eq!(format!("{}\n", serde_json::to_string_pretty(&stored).unwrap()), written);
    }

    #[test]
    fn a_state_that_nobody_knows_is_an_error() {
        let (written, measured) = report("Orders", true, 4);
        let other = written.replacen("\"state\": \"failed\"", "\"state\": \"waived\"", 1);
        let other = other.replacen("\"state\": \"not_run\"", "\"state\": \"waived\"", 1);
        assert_ne!(other, written);
        let error = complete(&other, &measured).unwrap_err().to_string();
        assert!(error.contains("`waived`"), "{error}");
    }
}
