//! EV-02: the host is a canonical name.

use crate::bar::{Bar, Judged};
use crate::facts::Facts;
use crate::hosts::shape::NO_HOST;
use crate::hosts::{Giver, MORE_HOSTS, Target};

pub(crate) static BAR: Bar = Bar {
    id: "EV-02",
    title: "the host is a canonical name",
    what: "The host is a name in canonical form: ASCII, no address in any spelling, no special name, no user name. A template fixes everything but single labels in front of a suffix, chooses from a closed list, or takes the whole host from the connection, which an administrator then approves.",
    why: "A host that two readers understand differently is checked as one and called as the other. A host whose end anybody may write leads anywhere, with the secret of the connection in hand.",
    fix: "write the host in lower-case ASCII; give values that end a host a closed list (allowedValues)",
    threshold: "canonical",
    again: "each version and call",
    source: "RFC 9110 section 4.2.1, RFC 5890, RFC 6761",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    let shown = &facts.endpoint.shown;
    match &facts.endpoint.target {
        Target::Host(_) => Judged::pass("canonical", format!("`{shown}` is a canonical name")),
        Target::Pattern { suffix } => Judged::pass(
            shown.clone(),
            format!("a value chooses labels in front of `{suffix}`, and nothing behind them"),
        ),
        Target::Given(Giver::Connection) => Judged::not_measured(
            "each connection gives its own host, which a running node measures when an administrator approves it",
        ),
        Target::Given(Giver::Caller) => Judged::not_measured(
            "the caller of each call gives the host, and can choose only among hosts that are approved for the connection",
        ),
        Target::Given(Giver::Secret) => Judged::fail("secret", "a secret of the connection decides the host"),
        Target::Given(Giver::Other) => {
            Judged::fail("unknown", "the host depends on a value that no connection parameter gives")
        }
        Target::OpenEnd => Judged::fail("open", format!("a value without a closed list ends the host `{shown}`")),
        // Where nothing is written, the message alone says what lacks it.
        Target::Unusable { code, message } if shown == NO_HOST || shown == MORE_HOSTS => {
            Judged::fail(*code, message.clone())
        }
        Target::Unusable { code, message } => Judged::fail(*code, format!("`{shown}` cannot be used: {message}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::healthy;

    fn judged(target: Target) -> Judged {
        let mut facts = healthy();
        facts.endpoint.target = target;
        judge(&facts)
    }

    #[test]
    fn what_is_fixed_passes() {
        assert_eq!(judge(&healthy()).state, State::Pass);
        assert_eq!(judged(Target::Pattern { suffix: "example.com".to_owned() }).state, State::Pass);
    }

    #[test]
    fn what_is_given_later_is_not_measured() {
        assert_eq!(judged(Target::Given(Giver::Connection)).state, State::NotMeasured);
        assert_eq!(judged(Target::Given(Giver::Caller)).state, State::NotMeasured);
    }

    #[test]
    fn what_anybody_may_write_fails() {
        for target in [Target::Given(Giver::Secret), Target::Given(Giver::Other), Target::OpenEnd] {
            assert_eq!(judged(target.clone()).state, State::Fail, "{target:?}");
        }
        let unusable = Target::Unusable { code: "ip_literal", message: "the host is an IP address".to_owned() };
        assert_eq!(judged(unusable).value.as_deref(), Some("ip_literal"));
    }
}
