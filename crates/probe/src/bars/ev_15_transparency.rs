//! EV-15: certificate transparency.

use crate::bar::{self, Bar, Judged};
use crate::facts::Facts;

pub(crate) static BAR: Bar = Bar {
    id: "EV-15",
    title: "certificate transparency",
    what: "A certificate of a public root carries signed timestamps of two different logs, of three when it lives longer than 180 days. They are counted here, not verified.",
    why: "What stands in a log can be seen by the owner of the name: a certificate that nobody should have got does not stay a secret.",
    fix: "get the certificate from an authority that logs it, as browsers demand",
    threshold: "2 logs, 3 above 180 days",
    again: "on a new certificate",
    source: "RFC 6962, the policies of browsers",
    judge,
};

const DAYS_180: i64 = 180 * 24 * 3_600;

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.chain, |chain| match &chain.path {
        Err(_) => Judged::not_measured("the chain leads to no trusted root"),
        Ok(path) if path.private => Judged::not_measured("not asked of private roots"),
        Ok(_) => {
            let wanted = if chain.leaf.lifetime() > DAYS_180 { 3 } else { 2 };
            let value = format!("{} logs (counted, not verified)", chain.leaf.logs);
            if chain.leaf.logs >= wanted {
                Judged::pass(value, "the certificate carries timestamps of enough logs")
            } else {
                Judged::warn(value, format!("the certificate carries timestamps of fewer than {wanted} logs"))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::alone;

    #[test]
    fn how_many_depends_on_the_lifetime() {
        let logs = |logs: usize, days: i64| {
            alone(&BAR, |facts| {
                let leaf = &mut facts.chain.as_mut().unwrap().leaf;
                leaf.logs = logs;
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
    fn private_roots_log_nowhere() {
        let mut facts = crate::testing::healthy();
        facts.chain.as_mut().unwrap().path.as_mut().unwrap().private = true;
        assert_eq!(judge(&facts).state, State::NotMeasured);
    }
}
