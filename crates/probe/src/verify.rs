//! From facts to outcomes: every bar over every host, findings with the places of the package, and whether anything that
//! a certificate cannot do without was left out.

use crate::bar::Bar;
use crate::facts::{Facts, PENDING};
use crate::hosts::Target;
use crate::{State, bars};
use backshell_findings::{BarOutcome, Check, Finding, Severity};

/// Bars that may stay unmeasured without leaving the verification incomplete: what they ask for is recorded when it is
/// known, and not every installation can know it.
const RECORDED_ONLY: [&str; 5] = ["EV-05", "EV-14", "EV-15", "EV-16", "EV-23"];

/// The bars that take minutes: a job of their own measures them.
const SLOW: [&str; 2] = ["EV-19", "EV-20"];

/// The outcome of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// How each host stands to each bar, host by host.
    pub bars: Vec<BarOutcome>,
    /// What failed or should be looked at, with its place.
    pub findings: Vec<Finding>,
    /// What was not measured although a certificate cannot do without it: host and bar.
    pub missing: Vec<(String, &'static str)>,
    /// What is not measured yet, and is measured by a job that takes minutes: host and bar.
    pub pending: Vec<(String, &'static str)>,
}

/// Judges every bar over the facts of each host.
pub fn verify(hosts: &[Facts]) -> Verification {
    let mut verification = Verification::default();
    for facts in hosts {
        for bar in bars() {
            verification.add(facts, bar);
        }
    }
    verification
}

/// Judges only the bars that take minutes, over facts of which nothing but the series of requests was measured.
pub fn verify_slow(hosts: &[Facts]) -> Verification {
    let mut verification = Verification::default();
    for facts in hosts {
        for bar in bars().iter().filter(|bar| SLOW.contains(&bar.id)) {
            verification.add(facts, bar);
        }
    }
    verification
}

impl Verification {
    /// Whether a host does not clear a bar.
    pub fn has_failures(&self) -> bool {
        self.bars.iter().any(|outcome| outcome.state == State::Fail)
    }

    fn add(&mut self, facts: &Facts, bar: &'static Bar) {
        let judged = (bar.judge)(facts);
        let host = facts.endpoint.shown.clone();
        let severity = match judged.state {
            State::Fail => Some(Severity::Error),
            State::Warn => Some(Severity::Warning),
            State::Pass => judged.noted.then_some(Severity::Note),
            State::NotMeasured => None,
        };
        let help = if severity.is_some() { bar.fix } else { "" };
        let uses = &facts.endpoint.uses;
        if let Some((severity, at)) = severity.zip(uses.get(judged.about).or_else(|| uses.first())) {
            self.findings.push(Finding {
                check: Check::Endpoint,
                rule: bar.id.into(),
                severity,
                message: format!("`{host}`: {}", judged.message),
                help: help.into(),
                place: at.place.clone(),
                identity: None,
            });
        }
        // What is given with each connection is verified then, and not a gap of this verification.
        let measurable = matches!(facts.endpoint.target, Target::Host(_));
        if judged.state == State::NotMeasured && measurable && !RECORDED_ONLY.contains(&bar.id) {
            let gaps = if judged.message == PENDING { &mut self.pending } else { &mut self.missing };
            gaps.push((host.clone(), bar.id));
        }
        self.bars.push(BarOutcome {
            id: bar.id.into(),
            host,
            state: judged.state,
            value: judged.value,
            threshold: bar.threshold.into(),
            message: judged.message,
            help: help.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::NotMeasured;
    use crate::hosts::{Giver, shape::Written};
    use crate::testing::healthy;

    #[test]
    fn findings_point_to_what_they_are_about() {
        let mut facts = healthy();
        let mut second = facts.endpoint.uses[0].clone();
        second.scheme = Written::Http;
        second.place.pointer = "/schemes/0".to_owned();
        facts.endpoint.uses.push(second);
        let verification = verify(&[facts]);
        let [finding] = verification.findings.as_slice() else { panic!("{:?}", verification.findings) };
        assert_eq!(
            (&*finding.rule, finding.severity, &*finding.place.pointer),
            ("EV-01", Severity::Error, "/schemes/0")
        );
        assert!(verification.has_failures());
        assert_eq!(verification.bars.len(), bars().len());
    }

    #[test]
    fn a_gap_is_named() {
        let mut facts = healthy();
        facts.tls = Err(NotMeasured::because("no connection"));
        facts.place = Err(NotMeasured::because("no evidence"));
        let missing: Vec<_> = verify(&[facts]).missing.into_iter().map(|(_, bar)| bar).collect();
        assert_eq!(missing, ["EV-06", "EV-07", "EV-08", "EV-18"]);
    }

    #[test]
    fn what_follows_later_is_told_apart_from_a_gap() {
        let mut facts = healthy();
        facts.series = Err(NotMeasured::pending());
        let verification = verify(&[facts]);
        let pending: Vec<_> = verification.pending.iter().map(|(_, bar)| *bar).collect();
        assert_eq!((pending.as_slice(), verification.missing.len()), (&["EV-19", "EV-20"][..], 0));
        let states: Vec<_> = verification.bars.iter().filter(|bar| bar.state != State::Pass).collect();
        assert!(states.len() == 2 && states.iter().all(|bar| bar.state == State::NotMeasured), "{states:?}");
    }

    #[test]
    fn what_a_connection_gives_is_no_gap() {
        let mut facts = healthy();
        facts.endpoint.target = Target::Given(Giver::Connection);
        assert!(verify(&[facts]).missing.is_empty());
    }
}
