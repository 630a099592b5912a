//! EV-11: valid now and for a while.

use crate::bar::{self, Bar, Judged};
use crate::facts::{Certificate, Facts};

pub(crate) static BAR: Bar = Bar {
    id: "EV-11",
    title: "valid now and for a while",
    what: "The certificates are valid now, and stay valid for at least 14 days or a third of their lifetime, whichever is less; at certification for 72 hours in any case.",
    why: "A host whose certificate runs out is a host that is gone. The horizon is relative, because healthy certificates get short.",
    fix: "renew the certificate, and let it be renewed automatically when a third of its lifetime is left",
    threshold: "14 days or a third of the lifetime",
    again: "daily",
    source: "CA/Browser Forum ballot SC-081v3",
    judge,
};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.chain, |chain| {
        let between = chain.path.as_ref().map(|path| path.intermediates.as_slice()).unwrap_or_default();
        let all = || std::iter::once(&chain.leaf).chain(between);
        let now = facts.at.as_secs();
        let early = all().find(|one| one.not_before.as_secs() > now);
        if let Some(Certificate { subject, not_before, .. }) = early {
            let starts = duration(not_before.as_secs().saturating_sub(now));
            return Judged::fail(format!("in {starts}"), format!("the certificate `{subject}` is not valid yet"));
        }
        let Some(first) = all().min_by_key(|one| one.not_after) else { return Judged::not_measured("no certificate") };
        let left = first.not_after.as_secs().saturating_sub(now);
        let subject = &first.subject;
        if left <= 0 {
            let since = duration(left.saturating_neg());
            return Judged::fail(format!("expired {since} ago"), format!("the certificate `{subject}` has expired"));
        }
        let value = format!("{} left", duration(left));
        let horizon = (14 * DAY).min(first.lifetime() / 3);
        if left < 72 * HOUR {
            Judged::fail(value, format!("the certificate `{subject}` expires within 72 hours"))
        } else if left < horizon {
            Judged::warn(value, format!("the certificate `{subject}` should have been renewed by now"))
        } else {
            Judged::pass(value, "the certificates are valid for long enough")
        }
    })
}

/// Days, or hours where it is less than three days.
fn duration(seconds: i64) -> String {
    if seconds < 3 * DAY { format!("{} h", seconds / HOUR) } else { format!("{} days", seconds / DAY) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::alone;

    /// A certificate of `lifetime` days of which `left` hours are left.
    fn left(lifetime: i64, left: i64) -> State {
        alone(&BAR, |facts| {
            let now = facts.at;
            let leaf = &mut facts.chain.as_mut().unwrap().leaf;
            leaf.not_after = now.plus_secs(left * HOUR);
            leaf.not_before = leaf.not_after.plus_secs(-lifetime * DAY);
        })
        .state
    }

    #[test]
    fn the_horizon_is_relative() {
        assert_eq!(left(90, 15 * 24), State::Pass);
        assert_eq!(left(90, 13 * 24), State::Warn);
        assert_eq!(left(30, 11 * 24), State::Pass);
        assert_eq!(left(30, 9 * 24), State::Warn);
        assert_eq!(left(6, 5 * 24), State::Pass);
    }

    #[test]
    fn the_end_is_an_end() {
        assert_eq!(left(90, 71), State::Fail);
        assert_eq!(left(90, 0), State::Fail);
        assert_eq!(left(90, -5), State::Fail);
        let judged = alone(&BAR, |facts| {
            let at = facts.at.plus_secs(DAY);
            facts.chain.as_mut().unwrap().path.as_mut().unwrap().intermediates[0].not_after = at;
        });
        assert!(judged.message.contains("Intermediate"), "{}", judged.message);
    }

    #[test]
    fn a_beginning_is_waited_for() {
        let judged = alone(&BAR, |facts| facts.chain.as_mut().unwrap().leaf.not_before = facts.at.plus_secs(HOUR));
        assert_eq!((judged.state, judged.value.as_deref()), (State::Fail, Some("in 1 h")));
    }
}
