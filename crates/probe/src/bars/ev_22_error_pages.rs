//! EV-22: nothing leaks.

use crate::bar::{self, Bar, Judged};
use crate::facts::Facts;

pub(crate) static BAR: Bar = Bar {
    id: "EV-22",
    title: "nothing leaks",
    what: "Headers and the first 64 KiB of the answer show no stack trace, no internal host and no private address. What was read is not stored.",
    why: "Who knows the inside of a service finds the way in sooner.",
    fix: "answer errors with a message of your own, and remove headers that name internal hosts",
    threshold: "no stack trace, internal host or private address",
    again: "each version",
    source: "OWASP ASVS 5.0, error handling",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.answer, |answer| match answer.leaks.as_slice() {
        [] => Judged::pass("nothing", "the answer shows nothing of the inside of the service"),
        leaks => Judged::warn(leaks.join(", "), format!("the answer shows {}", leaks.join(" and "))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::alone;

    #[test]
    fn what_is_shown_is_a_warning() {
        let judged = alone(&BAR, |facts| facts.answer.as_mut().unwrap().leaks = vec!["a stack trace".to_owned()]);
        assert_eq!((judged.state, judged.value.as_deref()), (State::Warn, Some("a stack trace")));
        assert_eq!(alone(&BAR, |_| ()).state, State::Pass);
    }
}
