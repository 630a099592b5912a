//! EV-16: strict transport security.

use crate::bar::{self, Bar, Judged};
use crate::facts::Facts;

pub(crate) static BAR: Bar = Bar {
    id: "EV-16",
    title: "strict transport security",
    what: "The host that calls go to answers with Strict-Transport-Security for at least 6 months (15,768,000 seconds). That there is none is remarked only.",
    why: "Other clients of the host are kept on https, and a max-age of 0 asks them to forget that.",
    fix: "answer with Strict-Transport-Security: max-age=31536000",
    threshold: "max-age of 15,768,000 or more",
    again: "weekly",
    source: "RFC 6797",
    judge,
};

const HALF_A_YEAR: u64 = 15_768_000;

fn judge(facts: &Facts) -> Judged {
    if !facts.endpoint.uses.iter().any(|one| one.purpose.is_service()) {
        return Judged::not_measured("asked only of hosts that calls go to");
    }
    bar::of(&facts.answer, |answer| {
        // RFC 6797, section 8.1: the first header counts.
        let Some(header) = answer.hsts.first() else {
            return Judged::noted("missing", "the host does not ask for strict transport security");
        };
        match max_age(header) {
            None => Judged::warn("malformed", "the header Strict-Transport-Security has no max-age that can be read"),
            Some(0) => Judged::warn("max-age=0", "the host tells clients to forget strict transport security"),
            Some(seconds) if seconds < HALF_A_YEAR => Judged::noted(
                format!("max-age={seconds}"),
                "the host asks for less than 6 months of strict transport security",
            ),
            Some(seconds) => Judged::pass(format!("max-age={seconds}"), "the host asks for strict transport security"),
        }
    })
}

/// `max-age` of the header: names ignore case, values may be quoted, and a directive that stands twice makes it invalid.
fn max_age(header: &str) -> Option<u64> {
    let mut found = None;
    for directive in header.split(';') {
        let Some((name, value)) = directive.split_once('=') else { continue };
        if name.trim().eq_ignore_ascii_case("max-age") {
            if found.is_some() {
                return None;
            }
            let value = value.trim();
            let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            // More digits than fit are a long time.
            found = Some(if digits { value.parse().unwrap_or(u64::MAX) } else { return None });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::hosts::Purpose;
    use crate::testing::alone;

    fn header(header: &str) -> (State, bool, String) {
        let judged = alone(&BAR, |facts| facts.answer.as_mut().unwrap().hsts = vec![header.to_owned()]);
        (judged.state, judged.noted, judged.value.unwrap())
    }

    #[test]
    fn forms_of_the_header() {
        for (text, expected, noted, value) in [
            ("max-age=31536000; includeSubDomains", State::Pass, false, "max-age=31536000"),
            ("includeSubDomains ; MAX-AGE = \"15768000\"", State::Pass, false, "max-age=15768000"),
            ("max-age=99999999999999999999999", State::Pass, false, "max-age=18446744073709551615"),
            ("max-age=15767999", State::Pass, true, "max-age=15767999"),
            ("max-age=0", State::Warn, false, "max-age=0"),
            ("max-age=x", State::Warn, false, "malformed"),
            ("max-age=1; max-age=2", State::Warn, false, "malformed"),
            ("preload", State::Warn, false, "malformed"),
        ] {
            assert_eq!(header(text), (expected, noted, value.to_owned()), "{text}");
        }
    }

    #[test]
    fn none_is_remarked() {
        let judged = alone(&BAR, |facts| facts.answer.as_mut().unwrap().hsts.clear());
        assert_eq!((judged.state, judged.noted), (State::Pass, true));
    }

    #[test]
    fn sign_in_hosts_are_not_asked() {
        let mut facts = crate::testing::healthy();
        facts.endpoint.uses[0].purpose = Purpose::Token;
        assert_eq!(judge(&facts).state, State::NotMeasured);
    }
}
