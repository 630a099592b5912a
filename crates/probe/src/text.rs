//! A verification for people: a table per host, then advice for what failed, then counts.

use crate::facts::Facts;
use crate::{State, Verification, bar, bars};
use backshell_findings::text::printable;
use std::collections::HashSet;
use std::fmt::Write as _;

/// The verification as text.
pub fn render(verification: &Verification, hosts: &[Facts]) -> String {
    let mut out = String::new();
    let each = bars().len();
    for (facts, outcomes) in hosts.iter().zip(verification.bars.chunks(each)) {
        let endpoint = &facts.endpoint;
        let _ = writeln!(out, "{}", printable(&endpoint.shown));
        for one in endpoint.uses.iter().take(4) {
            let place = &one.place;
            let _ = writeln!(out, "  {}: {}:{}", one.purpose.as_str(), printable(&place.file), place.start.line);
        }
        if endpoint.uses.len() > 4 {
            let _ = writeln!(out, "  and {} more places", endpoint.uses.len() - 4);
        }
        for outcome in outcomes {
            let state = match outcome.state {
                State::Pass => "pass",
                State::Warn => "WARN",
                State::Fail => "FAIL",
                State::NotMeasured => "-",
            };
            let title = bar(&outcome.id).map_or("", |bar| bar.title);
            let message = printable(&outcome.message);
            match &outcome.value {
                Some(value) => {
                    let _ = writeln!(out, "  {} {state:<4} {title}: {} ({message})", outcome.id, printable(value));
                }
                None => {
                    let _ = writeln!(out, "  {} {state:<4} {title}: not measured ({message})", outcome.id);
                }
            }
        }
        let _ = writeln!(out);
    }
    advice(verification, &mut out);
    let count = |state| verification.bars.iter().filter(|outcome| outcome.state == state).count();
    let _ = writeln!(
        out,
        "{} {}: {} passed, {} warned, {} failed, {} not measured",
        hosts.len(),
        if hosts.len() == 1 { "host" } else { "hosts" },
        count(State::Pass),
        count(State::Warn),
        count(State::Fail),
        count(State::NotMeasured),
    );
    out
}

/// What to do about each bar that was not cleared, once.
fn advice(verification: &Verification, out: &mut String) {
    let mut seen = HashSet::new();
    let open = verification.bars.iter().filter(|outcome| matches!(outcome.state, State::Warn | State::Fail));
    for outcome in open {
        if seen.insert(outcome.id.as_ref()) {
            let _ = writeln!(out, "{}: {}", outcome.id, outcome.help);
        }
    }
    if !seen.is_empty() {
        let _ = writeln!(out, "`backshell rules {}` says more.\n", seen.iter().min().copied().unwrap_or("EV-01"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::NotMeasured;
    use crate::testing::healthy;
    use crate::verify;

    #[test]
    fn a_table_with_advice() {
        let mut facts = healthy();
        facts.chain.as_mut().unwrap().names_host = false;
        facts.place = Err(NotMeasured::because("nobody\u{1b}[31m asked"));
        let text = render(&verify(std::slice::from_ref(&facts)), &[facts]);
        assert!(text.contains("  EV-12 FAIL the certificate names the host: api.example.com ("), "{text}");
        assert!(text.contains("  EV-05 -    the place is within the promise: not measured (nobody"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.contains("\nEV-12: get a certificate"), "{text}");
        assert!(text.ends_with("1 host: 22 passed, 0 warned, 1 failed, 1 not measured\n"), "{text}");
    }
}
