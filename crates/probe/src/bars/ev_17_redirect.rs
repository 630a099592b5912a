//! EV-17: no redirect off the host.

use crate::bar::{self, Bar, Judged};
use crate::facts::Facts;
use crate::hosts::Target;
use crate::hosts::shape::{self, Piece, Written};
use backshell_model::{HostName, HostPort};

pub(crate) static BAR: Bar = Bar {
    id: "EV-17",
    title: "no redirect off the host",
    what: "The answer to a request without credentials does not lead to http, and to another host only when that host is one of the package, or lies below a pattern of it.",
    why: "A redirect moves the call, and what travels with it, to a host that nobody verified.",
    fix: "answer at the host itself, or name the host that the redirect leads to in the package",
    threshold: "no redirect to http or to a host that is not verified",
    again: "weekly",
    source: "RFC 9110 section 15.4",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.answer, |answer| match &answer.location {
        None => Judged::pass(answer.status.to_string(), "the answer does not lead elsewhere"),
        Some(location) => judge_location(facts, location.trim_matches(' ')),
    })
}

fn judge_location(facts: &Facts, location: &str) -> Judged {
    if location.is_empty() || location.bytes().any(|byte| byte < b' ' || byte == 0x7f || byte == b'\\') {
        return Judged::fail("malformed", "the answer leads to an address that cannot be read");
    }
    let has_scheme = location.split(['/', '?', '#']).next().is_some_and(|front| front.contains(':'));
    let read = match location.strip_prefix("//") {
        Some(_) => shape::read(&[Piece::Text(format!("https:{location}"))]),
        None if has_scheme => shape::read(&[Piece::Text(location.to_owned())]),
        None => return Judged::pass("same host", "the answer leads to another path of the host"),
    };
    match (&read.target, &read.scheme) {
        (_, Written::Http) => Judged::fail("redirect_scheme", "the answer leads to http"),
        (Target::Host(_), Written::Other(_)) | (Target::Given(_) | Target::Pattern { .. } | Target::OpenEnd, _) => {
            Judged::fail("redirect_scheme", "the answer leads to something that is not https")
        }
        (Target::Host(host), _) if Target::Host(host.clone()) == facts.endpoint.target => {
            Judged::pass("same host", "the answer leads to another path of the host")
        }
        (Target::Host(host), _) if facts.siblings.contains(host) => Judged::pass(
            read.shown.clone(),
            format!("the answer leads to `{}`, which the package names too", read.shown),
        ),
        (Target::Host(host), _) if is_below_a_pattern(facts, host) => Judged::pass(
            read.shown.clone(),
            format!("the answer leads to `{}`, which lies below a pattern of the package", read.shown),
        ),
        (Target::Host(_), _) => {
            let message = format!("the answer leads to `{}`, which the package does not name", read.shown);
            Judged::fail("redirect_host", message)
        }
        (Target::Unusable { code, .. }, _) => Judged::fail(*code, "the answer leads to a host that cannot be used"),
    }
}

/// Whether the package itself declares that its hosts lie there: one label below the suffix of a template, within the name of
/// one owner. A label with hyphens in its third and fourth place shows as something else than it is. Patterns say nothing
/// about ports.
fn is_below_a_pattern(facts: &Facts, host: &HostPort) -> bool {
    let is_below = |suffix: &HostName| {
        let label = host.host.as_str().strip_suffix(suffix.as_str()).and_then(|front| front.strip_suffix('.'));
        let plain =
            |label: &str| !label.is_empty() && !label.contains('.') && label.as_bytes().get(2..4) != Some(b"--");
        label.is_some_and(plain) && host.host.registrable_domain() == suffix.registrable_domain()
    };
    host.port == 443 && facts.patterns.iter().any(is_below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::alone;

    fn location(location: &str) -> Judged {
        alone(&BAR, |facts| {
            let answer = facts.answer.as_mut().unwrap();
            answer.status = 302;
            answer.location = Some(location.to_owned());
        })
    }

    #[test]
    fn where_an_answer_may_lead() {
        for (text, expected) in [
            ("/login?next=https://evil.example", State::Pass),
            ("v2/", State::Pass),
            ("https://API.example.com/v2", State::Pass),
            ("//api.example.com/v2", State::Pass),
            ("https://login.example.com/", State::Pass),
            ("https://evil.example/", State::Fail),
            ("//evil.example/", State::Fail),
            ("https://api.example.com:8443/", State::Fail),
            ("http://api.example.com/", State::Fail),
            ("javascript:alert(1)", State::Fail),
            ("/\\evil.example", State::Fail),
            ("", State::Fail),
            ("https://10.0.0.1/", State::Fail),
            ("https://user@api.example.com/", State::Fail),
        ] {
            assert_eq!(location(text).state, expected, "{text}");
        }
    }

    #[test]
    fn a_host_below_a_pattern_of_the_package_is_its_own() {
        let judged = |location: &str| {
            let mut facts = crate::testing::healthy();
            facts.patterns = vec![HostName::parse("eu.example.org").unwrap()];
            facts.answer.as_mut().unwrap().location = Some(location.to_owned());
            judge(&facts).state
        };
        assert_eq!(judged("https://one.eu.example.org/v1"), State::Pass);
        for other in [
            "https://eu.example.org/",
            "https://a.one.eu.example.org/",
            "https://xn--one.eu.example.org/",
            "https://one.eu.example.org:8443/",
            "http://one.eu.example.org/",
            "https://evileu.example.org/",
        ] {
            assert_eq!(judged(other), State::Fail, "{other}");
        }
    }
}
