//! EV-15: certificate transparency.

use crate::bar::{self, Bar, Judged};
use crate::facts::Facts;
use std::collections::BTreeSet;

pub(crate) static BAR: Bar = Bar {
    id: "EV-15",
    title: "certificate transparency",
    what: "A certificate of a public root comes with signed timestamps of two different logs, of three when it lives longer than 180 days: in the certificate itself, in a stapled answer, or in the handshake, where TLS 1.2 shows them. They are counted here, not verified.",
    why: "What stands in a log can be seen by the owner of the name: a certificate that nobody should have got does not stay a secret.",
    fix: "get the certificate from an authority that logs it, as browsers demand",
    threshold: "2 logs, 3 above 180 days",
    again: "on a new certificate",
    source: "RFC 6962, the policies of browsers",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.chain, |chain| match &chain.path {
        Err(_) => Judged::not_measured("the chain leads to no trusted root"),
        Ok(path) if path.private => Judged::not_measured("not asked of private roots"),
        Ok(_) => {
            let wanted = chain.leaf.wanted_logs();
            let held: BTreeSet<_> = chain.leaf.logs.union(&chain.staple_logs).copied().collect();
            let shown = chain.handshake_logs.as_ref().map(|logs| logs.difference(&held).count());
            let logs = held.len() + shown.unwrap_or_default();
            let value = format!("{logs} logs (counted, not verified)");
            match shown {
                _ if chain.leaf.logs.len() >= wanted => {
                    Judged::pass(value, "the certificate carries timestamps of enough logs")
                }
                _ if logs >= wanted => {
                    Judged::pass(value, "the certificate and the handshake carry timestamps of enough logs")
                }
                Ok(_) => Judged::warn(
                    value,
                    format!("the certificate and the handshake carry timestamps of fewer than {wanted} logs"),
                ),
                Err(missing) => Judged::warn(
                    value,
                    format!(
                        "timestamps of fewer than {wanted} logs were seen; those of the handshake were not: {missing}"
                    ),
                ),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::facts::NotMeasured;
    use crate::testing::alone;

    #[test]
    fn how_many_depends_on_the_lifetime() {
        let logs = |logs: u8, days: i64| {
            alone(&BAR, |facts| {
                let leaf = &mut facts.chain.as_mut().unwrap().leaf;
                leaf.logs = (0..logs).map(|log| [log; 32]).collect();
                leaf.not_before = leaf.not_after.plus_secs(-days * 24 * 3_600);
            })
            .state
        };
        assert_eq!(logs(2, 90), State::Pass);
        assert_eq!(logs(1, 90), State::Warn);
        assert_eq!(logs(2, 200), State::Warn);
        assert_eq!(logs(3, 200), State::Pass);
    }

    #[test]
    fn the_handshake_counts_too() {
        let judged = |shown: Result<&[u8], &str>| {
            alone(&BAR, |facts| {
                let chain = facts.chain.as_mut().unwrap();
                chain.leaf.logs = [[1; 32]].into();
                chain.handshake_logs = match shown {
                    Ok(logs) => Ok(logs.iter().map(|log| [*log; 32]).collect()),
                    Err(reason) => Err(NotMeasured::because(reason)),
                };
            })
        };
        assert_eq!(judged(Ok(&[2])).state, State::Pass);
        assert_eq!(judged(Ok(&[1])).state, State::Warn, "the same log once more");
        assert_eq!(judged(Ok(&[])).state, State::Warn);
        let unseen = judged(Err("no TLS 1.2"));
        assert_eq!(unseen.state, State::Warn);
        assert!(unseen.message.contains("were not: no TLS 1.2"), "{}", unseen.message);
        let stapled = alone(&BAR, |facts| {
            let chain = facts.chain.as_mut().unwrap();
            chain.leaf.logs = [[1; 32]].into();
            chain.staple_logs = [[1; 32], [2; 32]].into();
        });
        assert_eq!(stapled.state, State::Pass);
    }

    #[test]
    fn private_roots_log_nowhere() {
        let mut facts = crate::testing::healthy();
        facts.chain.as_mut().unwrap().path.as_mut().unwrap().private = true;
        assert_eq!(judge(&facts).state, State::NotMeasured);
    }
}
