//! EV-24: a name of its own.

use crate::bar::{Bar, Judged};
use crate::facts::Facts;
use crate::hosts::Target;

pub(crate) static BAR: Bar = Bar {
    id: "EV-24",
    title: "a name of its own",
    what: "The host is below a public suffix, not one itself, the suffixes of shared hosting included. What stands behind the free label of a template is at least one label below one.",
    why: "Below a public suffix anybody can register a name: a pattern there leads to everybody, and the suffix itself belongs to nobody in particular.",
    fix: "name exact hosts instead of a pattern below a shared suffix",
    threshold: "below a public suffix",
    again: "each version",
    source: "the Public Suffix List, private section included",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    match &facts.endpoint.target {
        Target::Host(host) => match psl::domain_str(host.host.as_str()) {
            Some(domain) => Judged::pass(domain, "the host is below a public suffix"),
            None => Judged::fail("public suffix", format!("`{}` is a public suffix", host.host)),
        },
        Target::Pattern { suffix } => match psl::domain_str(suffix) {
            Some(domain) => Judged::pass(domain, "the pattern stays below one domain"),
            None => Judged::fail(
                "public suffix",
                format!("`{suffix}` is a public suffix: a value in front of it leads to hosts of anybody"),
            ),
        },
        Target::Given(_) => Judged::not_measured("the host is given later"),
        Target::OpenEnd | Target::Unusable { .. } => Judged::not_measured("there is no host to look at"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::healthy;

    fn judged(target: Target) -> State {
        let mut facts = healthy();
        facts.endpoint.target = target;
        judge(&facts).state
    }

    fn pattern(suffix: &str) -> State {
        judged(Target::Pattern { suffix: suffix.to_owned() })
    }

    fn host(host: &str) -> State {
        judged(crate::hosts::endpoint_of_url(host).target)
    }

    #[test]
    fn suffixes_belong_to_nobody() {
        assert_eq!(host("api.example.com"), State::Pass);
        assert_eq!(host("example.co.uk"), State::Pass);
        assert_eq!(host("co.uk"), State::Fail);
        assert_eq!(host("azurewebsites.net"), State::Fail);
        assert_eq!(host("mine.azurewebsites.net"), State::Pass);
        assert_eq!(host("github.io"), State::Fail);
    }

    #[test]
    fn patterns_stay_below_one_domain() {
        assert_eq!(pattern("example.com"), State::Pass);
        assert_eq!(pattern("com"), State::Fail);
        assert_eq!(pattern("co.uk"), State::Fail);
        assert_eq!(pattern("azurewebsites.net"), State::Fail);
        assert_eq!(pattern("cloudfront.net"), State::Fail);
        assert_eq!(pattern("app.azurewebsites.net"), State::Pass);
        assert_eq!(judged(Target::OpenEnd), State::NotMeasured);
    }
}
