//! EV-20: it answers soon.

use crate::bar::{self, Bar, Judged};
use crate::facts::{Facts, Sample};
use std::time::Duration;

pub(crate) static BAR: Bar = Bar {
    id: "EV-20",
    title: "it answers soon",
    what: "Of the same requests 95 of 100 are connected, TLS included, within 1 second and have their first byte 2 seconds after that; none takes more than 10 seconds. A request that is not answered counts as one that takes longer than any limit.",
    why: "Every call waits for the host, and what waits holds resources of the gateway.",
    fix: "look into the response times of the service, and place it nearer to its callers",
    threshold: "connected 1 s, first byte 2 s (95th percentile), none over 10 s",
    again: "daily",
    source: "the bar of certification",
    judge,
};

const CONNECTED: Duration = Duration::from_secs(1);
const FIRST_BYTE: Duration = Duration::from_secs(2);
const SLOWEST: Duration = Duration::from_secs(10);
/// How long an answer takes that does not come.
const NEVER: Duration = Duration::MAX;

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.series, |series| {
        let requests = &series.requests;
        // What never came took longer than any limit: it counts as slow, in the percentiles too.
        let connected = percentile_95(requests.iter().map(|one| one.connected.unwrap_or(NEVER)));
        let first_byte = percentile_95(requests.iter().map(|one| one.first_byte.unwrap_or(NEVER)));
        let (Some(connected), Some(first_byte)) = (connected, first_byte) else {
            return Judged::not_measured("no request was sent");
        };
        let value = format!("connected {}, first byte {}", shown(connected), shown(first_byte));
        let unanswered = requests.iter().filter(|one| one.first_byte.is_none()).count();
        let over = requests.iter().filter(|one| whole(one) > SLOWEST).count();
        if unanswered == requests.len() {
            Judged::fail(value, "no request was answered")
        } else if over == requests.len() {
            Judged::fail(value, "every request took more than 10 seconds, or was not answered")
        } else if unanswered > 0 {
            Judged::warn(value, format!("{unanswered} of {} requests were not answered", requests.len()))
        } else if over > 0 {
            Judged::warn(value, "a request took more than 10 seconds")
        } else if connected > CONNECTED || first_byte > FIRST_BYTE {
            Judged::warn(value, "the host is slow")
        } else {
            Judged::pass(value, "the host answers soon enough")
        }
    })
}

/// From the start to the first byte.
fn whole(one: &Sample) -> Duration {
    one.connected.zip(one.first_byte).map_or(NEVER, |(connected, first_byte)| connected.saturating_add(first_byte))
}

fn shown(took: Duration) -> String {
    if took == NEVER { "never".to_owned() } else { format!("{} ms", took.as_millis()) }
}

/// The 95th percentile by nearest rank: the smallest value that 95 of 100 do not exceed.
fn percentile_95(values: impl Iterator<Item = Duration>) -> Option<Duration> {
    let mut values: Vec<Duration> = values.collect();
    values.sort_unstable();
    let rank = values.len().saturating_mul(95).div_ceil(100);
    values.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::alone;

    fn slow(count: usize, connected: u64, first_byte: u64) -> State {
        alone(&BAR, |facts| {
            for one in facts.series.as_mut().unwrap().requests.iter_mut().take(count) {
                one.connected = Some(Duration::from_millis(connected));
                one.first_byte = Some(Duration::from_millis(first_byte));
            }
        })
        .state
    }

    #[test]
    fn percentiles() {
        assert_eq!(slow(0, 0, 0), State::Pass);
        assert_eq!(slow(1, 5_000, 3_000), State::Pass);
        assert_eq!(slow(2, 1_001, 10), State::Warn);
        assert_eq!(slow(2, 10, 2_001), State::Warn);
        assert_eq!(slow(1, 10, 10_001), State::Warn);
        assert_eq!(slow(20, 10, 10_001), State::Fail);
        let of = |count: u64| percentile_95((1..=count).map(Duration::from_secs));
        assert_eq!(of(20), Some(Duration::from_secs(19)));
        assert_eq!(of(1), Some(Duration::from_secs(1)));
        assert_eq!(of(0), None);
    }

    /// The first `count` requests time out, connected or not.
    fn unanswered(count: usize, connected: Option<Duration>) -> Judged {
        let mut facts = crate::testing::healthy();
        for one in facts.series.as_mut().unwrap().requests.iter_mut().take(count) {
            *one = Sample { status: Err("it did not answer in time".to_owned()), connected, first_byte: None };
        }
        judge(&facts)
    }

    #[test]
    fn what_is_not_answered_is_slower_than_any_limit() {
        let connected = Some(Duration::from_millis(20));
        for at in [connected, None] {
            assert_eq!(unanswered(0, at).state, State::Pass);
            let one = unanswered(1, at);
            assert_eq!((one.state, one.message.as_str()), (State::Warn, "1 of 20 requests were not answered"));
            // Two of twenty are beyond the 95th percentile.
            let two = unanswered(2, at);
            assert_eq!(two.state, State::Warn);
            assert!(two.value.as_deref().unwrap().ends_with("first byte never"), "{two:?}");
            assert_eq!(unanswered(19, at).state, State::Warn);
            let all = unanswered(20, at);
            assert_eq!((all.state, all.message.as_str()), (State::Fail, "no request was answered"));
        }
        assert_eq!(unanswered(20, connected).value.as_deref(), Some("connected 20 ms, first byte never"));
    }

    #[test]
    fn slow_and_unanswered_together_block() {
        let mut facts = crate::testing::healthy();
        for (index, one) in facts.series.as_mut().unwrap().requests.iter_mut().enumerate() {
            one.first_byte = (index % 2 == 0).then_some(Duration::from_secs(11));
        }
        assert_eq!(judge(&facts).state, State::Fail);
    }
}
