//! What a challenge is worth at a moment, and when somebody may look again.

use super::{Challenge, Method};
use backshell_model::Timestamp;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// How long a challenge waits for its answer.
const OPEN_FOR: i64 = 7 * DAY;
/// How often somebody may look within an hour.
const CHECKS_AN_HOUR: usize = 5;
/// How long a proof is good.
const GOOD_FOR: i64 = 30 * DAY;
/// Within this time two failed looks suspend new connections.
const SUSPECT_WITHIN: i64 = 72 * HOUR;
/// After this time without the answer calls are suspended.
const LOST_AFTER: i64 = 14 * DAY;
/// A node looks again after this time: early enough for the two weeks of grace to end before the proof does.
const LOOK_EVERY: i64 = 14 * DAY;
/// And after this time where it did not see the answer, or could not look.
const LOOK_AGAIN: i64 = DAY;
/// The most failed looks that are kept.
const MOST_FAILURES: usize = 64;

/// How a challenge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for its answer.
    Open,
    /// It waited for too long: a new one is needed.
    Expired,
    /// The answer was seen, and the proof is good.
    Proven,
    /// The answer was not there again: new connections are suspended.
    Suspect,
    /// The answer is gone for two weeks, or the proof is too old: calls are suspended.
    Lost,
}

impl State {
    /// The state's name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Expired => "expired",
            Self::Proven => "proven",
            Self::Suspect => "suspect",
            Self::Lost => "lost",
        }
    }
}

/// Nobody may look now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckRefused {
    /// Somebody looked five times within the last hour.
    #[error("this challenge was looked at {CHECKS_AN_HOUR} times within an hour; try again in {0} seconds")]
    TooOften(i64),
    /// The challenge is too old.
    #[error("this challenge was open for 7 days without an answer; make a new one")]
    Expired,
}

impl Challenge {
    /// How it stands at `now`.
    pub fn state(&self, now: Timestamp) -> State {
        let Some((_, seen)) = self.proven else {
            return if since(self.opened_at, now) > OPEN_FOR { State::Expired } else { State::Open };
        };
        let first_failure = self.failures.first().copied();
        if since(seen, now) > GOOD_FOR || first_failure.is_some_and(|first| since(first, now) >= LOST_AFTER) {
            return State::Lost;
        }
        // Two failed looks within 72 hours; they stay until the answer is seen again.
        let suspect = self.failures.windows(2).any(|pair| match pair {
            [one, other] => since(*one, *other) <= SUSPECT_WITHIN,
            _ => false,
        });
        if suspect { State::Suspect } else { State::Proven }
    }

    /// Whether somebody may look at `now`.
    pub fn may_check(&self, now: Timestamp) -> Result<(), CheckRefused> {
        if self.state(now) == State::Expired {
            return Err(CheckRefused::Expired);
        }
        let recent: Vec<_> = self.checks.iter().filter(|check| since(**check, now) < HOUR).collect();
        match recent.first() {
            Some(first) if recent.len() >= CHECKS_AN_HOUR => Err(CheckRefused::TooOften(HOUR - since(**first, now))),
            _ => Ok(()),
        }
    }

    /// Notes that somebody looks, before they do: a look that fails counts too.
    pub fn begin_check(&mut self, now: Timestamp) -> Result<(), CheckRefused> {
        self.may_check(now)?;
        self.checks.retain(|check| since(*check, now) < HOUR);
        self.checks.push(now);
        Ok(())
    }

    /// Notes what was seen, and says how it stands then.
    pub fn end_check(&mut self, now: Timestamp, seen: Option<Method>) -> State {
        match seen {
            Some(method) => {
                self.proven = Some((method, now));
                self.failures.clear();
            }
            None if self.proven.is_some() && self.failures.len() < MOST_FAILURES => self.failures.push(now),
            None => {}
        }
        self.state(now)
    }

    /// When a node looks again by itself, after a look at `now`; `None` while nobody has answered: then the publisher
    /// says when.
    pub fn next_look(&self, now: Timestamp) -> Option<Timestamp> {
        let (_, seen) = self.proven?;
        let as_it_was = seen == now && self.failures.is_empty();
        Some(now.plus_secs(if as_it_was { LOOK_EVERY } else { LOOK_AGAIN }))
    }
}

/// Seconds from one moment to another; none where the clock went back.
fn since(from: Timestamp, to: Timestamp) -> i64 {
    to.as_secs().saturating_sub(from.as_secs()).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_model::HostName;
    use backshell_testkit::SeededRandom;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_secs(1_800_000_000 + hours * HOUR)
    }

    fn opened() -> Challenge {
        let host = HostName::parse("api.example.com").unwrap();
        Challenge::open("contoso", &host, "orders", at(0), &SeededRandom::new(1)).0
    }

    #[test]
    fn an_open_challenge_expires() {
        let mut challenge = opened();
        assert_eq!(challenge.state(at(7 * 24)), State::Open);
        assert_eq!(challenge.state(at(7 * 24 + 1)), State::Expired);
        assert_eq!(challenge.begin_check(at(7 * 24 + 1)), Err(CheckRefused::Expired));
        // Nothing that was not seen is ever a failure of an open challenge.
        assert_eq!(challenge.end_check(at(1), None), State::Open);
        assert!(challenge.failures.is_empty());
    }

    #[test]
    fn five_looks_an_hour() {
        let mut challenge = opened();
        for minute in 0..5 {
            challenge.begin_check(at(0).plus_secs(minute * 60)).unwrap();
        }
        assert_eq!(challenge.begin_check(at(0).plus_secs(300)), Err(CheckRefused::TooOften(3_300)));
        assert_eq!(challenge.begin_check(at(1)), Ok(()));
        assert_eq!(challenge.checks.len(), 5);
    }

    #[test]
    fn a_proof_is_good_for_thirty_days() {
        let mut challenge = opened();
        assert_eq!(challenge.end_check(at(1), Some(Method::Dns)), State::Proven);
        assert_eq!(challenge.state(at(1 + 30 * 24)), State::Proven);
        assert_eq!(challenge.state(at(2 + 30 * 24)), State::Lost);
        assert_eq!(challenge.end_check(at(2 + 30 * 24), Some(Method::File)), State::Proven);
    }

    #[test]
    fn a_node_looks_again_before_the_proof_ends() {
        let mut challenge = opened();
        assert_eq!(challenge.next_look(at(0)), None);
        challenge.end_check(at(1), Some(Method::Dns));
        assert_eq!(challenge.next_look(at(1)), Some(at(1 + 14 * 24)));
        let mut hour = 1 + 14 * 24;
        // From the first failure on the grace of two weeks ends before the thirty days of the proof.
        while challenge.end_check(at(hour), None) != State::Lost {
            assert!(hour < 30 * 24, "the proof grew too old before it was found to be lost");
            assert_eq!(challenge.next_look(at(hour)), Some(at(hour + 24)));
            hour += 24;
        }
        // A look that could not be made is made again, too.
        let mut unsure = opened();
        unsure.end_check(at(1), Some(Method::File));
        assert_eq!(unsure.next_look(at(2)), Some(at(26)));
    }

    #[test]
    fn an_answer_that_is_gone_suspends_step_by_step() {
        let mut challenge = opened();
        challenge.end_check(at(0), Some(Method::Dns));
        assert_eq!(challenge.end_check(at(24), None), State::Proven);
        // More than 72 hours apart: two single lapses.
        assert_eq!(challenge.end_check(at(24 + 73), None), State::Proven);
        assert_eq!(challenge.end_check(at(24 + 74), None), State::Suspect);
        assert_eq!(challenge.state(at(24 + 14 * 24)), State::Lost);
        assert_eq!(challenge.end_check(at(24 + 14 * 24), Some(Method::Dns)), State::Proven);
    }
}
