//! EV-19: it answers.

use crate::bar::{self, Bar, Judged};
use crate::facts::Facts;

pub(crate) static BAR: Bar = Bar {
    id: "EV-19",
    title: "it answers",
    what: "Of 20 requests over 10 minutes at least 95 of 100 are answered with a status below 500; 401, 403, 404 and 405 count as alive. Less than half blocks. A host to which no connection can be opened is asked once, and fails with 0 of 1.",
    why: "A host that is down while it is being certified will be down when it is needed.",
    fix: "look into the errors of the service; measure again when it is stable",
    threshold: "95 %",
    again: "daily, with 3 requests",
    source: "the bar of certification",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.series, |series| {
        let sent = series.requests.len();
        if sent == 0 {
            return Judged::not_measured("no request was sent");
        }
        let alive = series.requests.iter().filter(|one| one.status.as_ref().is_ok_and(|status| *status < 500)).count();
        let value = format!("{alive} of {sent}");
        if alive * 2 < sent {
            let reason = series.requests.iter().find_map(|one| one.status.as_ref().err());
            let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            Judged::fail(value, format!("less than half of the requests were answered{reason}"))
        } else if alive * 100 < sent * 95 {
            Judged::warn(value, "fewer than 95 of 100 requests were answered with a status below 500")
        } else if series.stopped {
            Judged::noted(value, "the host asked to stop (429), and nothing more was sent")
        } else {
            Judged::pass(value, "the host answers")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::alone;

    fn failing(count: usize) -> State {
        alone(&BAR, |facts| {
            let requests = &mut facts.series.as_mut().unwrap().requests;
            requests.iter_mut().take(count).for_each(|one| one.status = Ok(503));
        })
        .state
    }

    #[test]
    fn shares_of_answers() {
        assert_eq!(failing(0), State::Pass);
        assert_eq!(failing(1), State::Pass);
        assert_eq!(failing(2), State::Warn);
        assert_eq!(failing(10), State::Warn);
        assert_eq!(failing(11), State::Fail);
    }

    #[test]
    fn a_stop_is_remarked_and_nothing_is_no_measurement() {
        assert!(alone(&BAR, |facts| facts.series.as_mut().unwrap().stopped = true).noted);
        let mut facts = crate::testing::healthy();
        facts.series.as_mut().unwrap().requests.clear();
        assert_eq!(judge(&facts).state, State::NotMeasured);
    }
}
