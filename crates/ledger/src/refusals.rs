//! Counts refusals of callers who did not prove who they are, so that a flood of them is one record a minute and code.

use backshell_model::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

const MINUTE_MICROS: i64 = 60_000_000;

/// How often each code was answered, by the minute.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<BTreeMap<(Timestamp, &'static str), u64>>);

/// One count: the minute, the code, how often.
pub(crate) type Count = (Timestamp, &'static str, u64);

impl Refusals {
    /// Counts one refusal.
    pub(crate) fn count(&self, now: Timestamp, code: &'static str) {
        self.add((minute(now), code, 1));
    }

    /// Takes out the counts of minutes that are over, or all of them.
    pub(crate) fn take(&self, now: Timestamp, all: bool) -> Vec<Count> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let current = minute(now);
        let taken = counts
            .iter()
            .filter(|((minute, _), _)| all || *minute != current)
            .map(|((minute, code), count)| (*minute, *code, *count))
            .collect::<Vec<_>>();
        for (minute, code, _) in &taken {
            counts.remove(&(*minute, *code));
        }
        taken
    }

    /// Puts counts back that could not be recorded.
    pub(crate) fn add(&self, (minute, code, count): Count) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = counts.entry((minute, code)).or_default();
        *sum = sum.saturating_add(count);
    }
}

fn minute(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros().div_euclid(MINUTE_MICROS).saturating_mul(MINUTE_MICROS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_taken_when_it_is_over() {
        let refusals = Refusals::default();
        let at = Timestamp::from_secs(60 * 1_000 + 59);
        refusals.count(at, "unauthenticated");
        refusals.count(at, "unauthenticated");
        refusals.count(at, "bad_request");
        assert_eq!(refusals.take(at, false), []);
        let begun = Timestamp::from_secs(60 * 1_000);
        let counts = [(begun, "bad_request", 1), (begun, "unauthenticated", 2)];
        assert_eq!(refusals.take(at.plus_secs(1), false), counts);
        assert_eq!(refusals.take(at.plus_secs(1), true), []);
        refusals.add((begun, "bad_request", 1));
        refusals.count(at, "bad_request");
        assert_eq!(refusals.take(at, true), [(begun, "bad_request", 2)]);
    }
}
