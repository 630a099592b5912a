//! The certification pipeline, top to bottom.

use crate::breaking::{self, Update};
use crate::certification::{Certification, CheckOutcome, CheckState, Subject};
use crate::profile::{self, Cell};
use crate::responsibility;
use backshell_findings::{BarOutcome, BarState, Check, Finding, Report, Severity};
use backshell_lint::notices::NOT_ALL_JUDGED;
use backshell_lint::{Facts, Level, Selector};
use backshell_model::{Infrastructure, PublisherKind, Verdict};
use backshell_package::{Definition, ReadPackage, Swagger};
use backshell_probe::Verification;

/// What a certification is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who publishes the connector.
    pub publisher: PublisherKind,
    /// Where the service behind it runs.
    pub infrastructure: Infrastructure,
    /// The path that the user gave for the package, for the places of findings; `None` for an upload.
    pub path: Option<String>,
    /// What the check of endpoints found.
    pub endpoint: EndpointCheck,
}

/// What the check of endpoints found. It is measured before: that takes a network and time, and this pipeline has neither.
#[derive(Clone, Debug)]
pub enum EndpointCheck {
    /// The hosts of the package were held against the bars, as far as they were measured.
    Verified(Verification),
    /// Nobody looked, for this reason.
    NotRun(String),
}

/// Certifies a package. It always ends in a report: what cannot be read or is not allowed is a verdict too. Which versions
/// it replaces is not known here, so the check of breaking changes does not run.
pub fn certify(read: &ReadPackage, request: &Request) -> Certification {
    certify_update(read, request, None)
}

/// Certifies a package that is the first version of its connector or replaces earlier ones.
pub fn certify_update(read: &ReadPackage, request: &Request, update: Option<&Update<'_>>) -> Certification {
    // 1. What is certified. The digest names the bytes; a certificate holds for nothing else.
    let subject = subject(read);

    // 2. The profile: which checks this publisher and this infrastructure ask for. One cell allows no publication.
    let cell = profile::cell(request.publisher, request.infrastructure);
    let profile = match cell {
        Cell::Checks(profile) => profile,
        Cell::Refused(reason) => return refused(subject, request, reason),
    };

    // 3. The checks, in the order of the profile.
    let (mut findings, mut bars) = (Vec::new(), Vec::new());
    let mut checks = Vec::new();
    let mut unbroken = Vec::new();
    for &check in profile.checks {
        checks.push(match check {
            Check::Swagger => swagger(read, request, &mut findings),
            Check::Endpoint => endpoint(request, &mut findings, &mut bars),
            Check::Breaking => match update {
                Some(update) => {
                    let (outcome, versions) = breaking::check(read, request.path.as_deref(), update, &mut findings);
                    unbroken = versions;
                    outcome
                }
                None => no_update(),
            },
            check => not_run(check),
        });
    }

    // 4. The verdict, and who answers for the data.
    let states: Vec<CheckState> = checks.iter().map(|outcome| outcome.state).collect();
    let verdict = verdict(&states);
    let responsibility = responsibility::statements(profile, read);

    // 5. The report.
    let mut report = Report { findings, bars, files: read.package.files.len(), ..Report::default() };
    report.sort();
    Certification {
        subject,
        publisher: request.publisher,
        infrastructure: request.infrastructure,
        refusal: None,
        checks,
        responsibility,
        report,
        unbroken,
        verdict,
    }
}

/// What a package calls its connector: the title of its definition, else its own name.
pub fn title(read: &ReadPackage) -> String {
    let swagger = read.package.definition.as_ref().map(Definition::swagger);
    let title = swagger.and_then(Swagger::title).map(str::trim).filter(|title| !title.is_empty());
    title.unwrap_or(&read.package.name).to_owned()
}

fn subject(read: &ReadPackage) -> Subject {
    let swagger = read.package.definition.as_ref().map(Definition::swagger);
    Subject {
        name: title(read),
        version: swagger.and_then(Swagger::version).map(str::to_owned),
        digest: read.package.digest(),
    }
}

/// The report of a cell that allows no publication: nothing is checked.
fn refused(subject: Subject, request: &Request, reason: &'static str) -> Certification {
    Certification {
        subject,
        publisher: request.publisher,
        infrastructure: request.infrastructure,
        refusal: Some(reason),
        checks: Vec::new(),
        responsibility: vec![responsibility::refusal(reason)],
        report: Report::default(),
        unbroken: Vec::new(),
        verdict: Verdict::Refused,
    }
}

/// The Swagger check: every rule over the definition and the package's other files. What was not judged to the end was not
/// checked, and a publisher could hide behind that: it refuses.
fn swagger(read: &ReadPackage, request: &Request, findings: &mut Vec<Finding>) -> CheckOutcome {
    let not_judged = (Selector::Rule(NOT_ALL_JUDGED.id), Level::At(Severity::Error));
    let levels = backshell_lint::Levels::profile(request.publisher).then(&[not_judged]);
    let facts = Facts { publisher_kind: Some(request.publisher), ..Facts::default() };
    let options = backshell_lint::Options { path: request.path.clone(), facts, levels, ..Default::default() };
    let found = backshell_lint::check(read, &options);
    let errors = found.iter().filter(|finding| finding.severity == Severity::Error).count();
    findings.extend(found);
    let (state, reason) = match errors {
        0 => (CheckState::Passed, String::new()),
        1 => (CheckState::Failed, "1 finding at error level".to_owned()),
        more => (CheckState::Failed, format!("{more} findings at error level")),
    };
    CheckOutcome { check: Check::Swagger, state, reason }
}

/// The endpoint check: every bar over every host. A bar that a certificate cannot do without and that was not measured
/// leaves the check not run, unless another one failed.
fn endpoint(request: &Request, findings: &mut Vec<Finding>, bars: &mut Vec<BarOutcome>) -> CheckOutcome {
    let verification = match &request.endpoint {
        EndpointCheck::Verified(verification) => verification,
        EndpointCheck::NotRun(reason) => {
            return CheckOutcome { check: Check::Endpoint, state: CheckState::NotRun, reason: reason.clone() };
        }
    };
    findings.extend(verification.findings.iter().cloned());
    bars.extend(verification.bars.iter().cloned());
    let failed = verification.bars.iter().filter(|outcome| outcome.state == BarState::Fail).count();
    let (state, reason) = match (failed, verification.missing.as_slice()) {
        (0, []) if bars.is_empty() => (CheckState::NotRun, "the package names no host".to_owned()),
        (0, []) if !verification.pending.is_empty() => (CheckState::NotRun, MEASURED_LATER.to_owned()),
        (0, []) => (CheckState::Passed, String::new()),
        (0, missing) => (CheckState::NotRun, not_measured(missing)),
        (failed, _) => (CheckState::Failed, not_cleared(failed)),
    };
    CheckOutcome { check: Check::Endpoint, state, reason }
}

/// The reason of a check to which nothing is missing but what takes minutes.
/// It is found again in stored reports, so it stays as it is, to the letter.
pub(crate) const MEASURED_LATER: &str = "EV-19 and EV-20 are measured after publication, by 20 requests over 10 minutes to each host; then this report is completed";

impl EndpointCheck {
    /// Whether nothing is missing to it but what is measured later, and nothing failed.
    pub fn is_pending(&self) -> bool {
        let Self::Verified(found) = self else { return false };
        !found.pending.is_empty() && found.missing.is_empty() && !found.has_failures()
    }
}

/// What the reason of a check says about bars that were not measured: host and bar.
pub(crate) fn not_measured<T: std::fmt::Display>(missing: &[(String, T)]) -> String {
    match missing {
        [] => String::new(),
        [(host, bar)] => format!("{bar} of `{host}` was not measured"),
        [(host, bar), rest @ ..] => format!("{bar} of `{host}` and {} more bars were not measured", rest.len()),
    }
}

/// What it says about bars that are not cleared.
pub(crate) fn not_cleared(failed: usize) -> String {
    if failed == 1 { "1 bar is not cleared".to_owned() } else { format!("{failed} bars are not cleared") }
}

/// Nobody said what the package is to be compared with.
fn no_update() -> CheckOutcome {
    let reason = "nobody said which version this one replaces".to_owned();
    CheckOutcome { check: Check::Breaking, state: CheckState::NotRun, reason }
}

/// A check that the profile asks for and that is not built in.
fn not_run(check: Check) -> CheckOutcome {
    let reason = format!("this version of Backshell has no {check} check");
    CheckOutcome { check, state: CheckState::NotRun, reason }
}

/// A failed check refuses, whatever else ran; a check that did not run leaves the certification incomplete.
pub(crate) fn verdict(states: &[CheckState]) -> Verdict {
    if states.contains(&CheckState::Failed) {
        Verdict::Refused
    } else if states.contains(&CheckState::NotRun) {
        Verdict::Incomplete
    } else {
        Verdict::Certified
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts() {
        assert_eq!(verdict(&[CheckState::Passed, CheckState::Passed]), Verdict::Certified);
        assert_eq!(verdict(&[CheckState::Passed, CheckState::NotRun]), Verdict::Incomplete);
        assert_eq!(verdict(&[CheckState::NotRun, CheckState::Failed]), Verdict::Refused);
    }
}
