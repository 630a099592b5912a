//! EV-21: control of the host.

use crate::bar::{self, Bar, Judged};
use crate::facts::{Facts, Ownership};

pub(crate) static BAR: Bar = Bar {
    id: "EV-21",
    title: "control of the host",
    what: "The publisher proved within the last 30 days that it controls the host, by a record of the name or a file at the host; or the consent of the owner is on file.",
    why: "Without it anybody could publish a connector that looks like the service of somebody else.",
    fix: "run `backshell endpoint challenge`, or give the reference of the consent of the owner of the host",
    threshold: "proven within 30 days, or consent",
    again: "30 days",
    source: "control of names as in the CA/Browser Forum Baseline Requirements, section 3.2.2.4",
    judge,
};

/// How long a proof is good.
const GOOD_FOR: i64 = 30 * 24 * 3_600;

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.ownership, |ownership| match ownership {
        Ownership::Proven { method, at } if facts.at.as_secs().saturating_sub(at.as_secs()) <= GOOD_FOR => {
            Judged::pass(format!("proven ({method})"), "the publisher proved that it controls the host")
        }
        Ownership::Proven { method, .. } => {
            Judged::fail(format!("proven ({method}), too long ago"), "the proof is older than 30 days")
        }
        Ownership::Consent { reference } => {
            Judged::pass("consent", format!("the consent of the owner is on file: `{reference}`"))
        }
        Ownership::Neither => Judged::fail("neither", "nobody proved to control the host, and no consent is on file"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::alone;

    #[test]
    fn proofs_grow_old() {
        let proven = |days: i64| {
            alone(&BAR, |facts| {
                let at = facts.at.plus_secs(-days * 24 * 3_600);
                facts.ownership = Ok(Ownership::Proven { method: "dns".to_owned(), at });
            })
            .state
        };
        assert_eq!(proven(30), State::Pass);
        assert_eq!(proven(31), State::Fail);
    }

    #[test]
    fn consent_or_nothing() {
        let consent = Ownership::Consent { reference: "2026-17".to_owned() };
        assert_eq!(alone(&BAR, |facts| facts.ownership = Ok(consent.clone())).state, State::Pass);
        assert_eq!(alone(&BAR, |facts| facts.ownership = Ok(Ownership::Neither)).state, State::Fail);
    }
}
