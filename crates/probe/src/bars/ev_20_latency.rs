//! EV-20: it answers soon.

use crate::bar::{self, Bar, Judged};
use crate::facts::Facts;
use std::time::Duration;

pub(crate) static BAR: Bar = Bar {
    id: "EV-20",
    title: "it answers soon",
    what: "Of the same requests 95 of 100 are connected, TLS included, within 1 second and have their first byte 2 seconds after that; none takes more than 10 seconds.",
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

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.series, |series| {
        let connected = series.requests.iter().filter_map(|one| one.connected).collect();
        let first_byte = series.requests.iter().filter_map(|one| one.first_byte).collect();
        let (Some(connected), Some(first_byte)) = (percentile_95(connected), percentile_95(first_byte)) else {
            return Judged::not_measured("no request was answered");
        };
        let whole: Vec<Duration> =
            series.requests.iter().filter_map(|one| one.connected?.checked_add(one.first_byte?)).collect();
        let value = format!("connected {} ms, first byte {} ms", connected.as_millis(), first_byte.as_millis());
        if whole.iter().all(|one| *one > SLOWEST) {
            Judged::fail(value, "every request took more than 10 seconds")
        } else if whole.iter().any(|one| *one > SLOWEST) {
            Judged::warn(value, "a request took more than 10 seconds")
        } else if connected > CONNECTED || first_byte > FIRST_BYTE {
            Judged::warn(value, "the host is slow")
        } else {
            Judged::pass(value, "the host answers soon enough")
        }
    })
}

/// The 95th percentile by nearest rank: the smallest value that 95 of 100 do not exceed.
fn percentile_95(mut values: Vec<Duration>) -> Option<Duration> {
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
        let of = |count: u64| percentile_95((1..=count).map(Duration::from_secs).collect());
        assert_eq!(of(20), Some(Duration::from_secs(19)));
        assert_eq!(of(1), Some(Duration::from_secs(1)));
        assert_eq!(of(0), None);
    }
}
