//! EV-01: https only.

use crate::bar::{Bar, Judged};
use crate::facts::Facts;
use crate::hosts::shape::Written;

pub(crate) static BAR: Bar = Bar {
    id: "EV-01",
    title: "https only",
    what: "Every scheme that the package names for the host is https: the entries of schemes, templates, and the addresses of sign-in.",
    why: "What travels over http can be read and changed by everyone on the way, credentials first. An http entry beside https is an invitation.",
    fix: "name https alone: remove other entries of schemes, and write addresses with https://",
    threshold: "https",
    again: "each version",
    source: "RFC 9110 section 4.2.2",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    let uses = &facts.endpoint.uses;
    let bad = uses.iter().position(|one| !matches!(one.scheme, Written::Https | Written::Nothing));
    match bad.and_then(|index| Some((index, uses.get(index)?.scheme.as_str()?))) {
        Some((index, scheme)) => Judged::fail(scheme, format!("the host is reached by `{scheme}`")).about(index),
        None => Judged::pass("https", "nothing asks for another scheme than https"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::hosts::shape::Written;
    use crate::testing::alone;

    #[test]
    fn another_scheme_fails_where_it_stands() {
        let judged = alone(&BAR, |facts| {
            let mut second = facts.endpoint.uses[0].clone();
            second.scheme = Written::Http;
            facts.endpoint.uses.push(second);
        });
        assert_eq!((judged.state, judged.about, judged.value.as_deref()), (State::Fail, 1, Some("http")));
        let judged = alone(&BAR, |facts| facts.endpoint.uses[0].scheme = Written::Other("ws".to_owned()));
        assert_eq!(judged.state, State::Fail);
    }

    #[test]
    fn a_bare_host_is_reached_over_https() {
        assert_eq!(alone(&BAR, |facts| facts.endpoint.uses[0].scheme = Written::Nothing).state, State::Pass);
    }
}
