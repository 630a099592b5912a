//! What is due when, and what a change does. Nothing else in the code decides either.

use backshell_model::{Drift, Recheck};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// How often something is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Between two looks, seconds.
    pub every: i64,
    /// After one that found a change or could not be made, seconds.
    pub again: i64,
}

/// The schedule. Names daily, because an alias that points nowhere is an invitation; certificates and places weekly; ownership
/// monthly.
pub const SCHEDULE: [(Recheck, Interval); 4] = [
    (Recheck::Dns, Interval { every: DAY, again: HOUR }),
    (Recheck::Certificate, Interval { every: 7 * DAY, again: 6 * HOUR }),
    (Recheck::Place, Interval { every: 7 * DAY, again: DAY }),
    (Recheck::Ownership, Interval { every: 30 * DAY, again: DAY }),
];

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is said, and calls go on.
    Warn,
    /// Calls to the host are held once the change has lasted this long, seconds.
    Suspend {
        /// How long it may last.
        after: i64,
    },
}

/// What each change does.
pub const EFFECTS: [(Drift, Effect); 8] = [
    (Drift::EndpointMoved, Effect::Suspend { after: 0 }),
    (Drift::EndpointGone, Effect::Suspend { after: 0 }),
    (Drift::AddressRefused, Effect::Suspend { after: 0 }),
    (Drift::AliasChanged, Effect::Warn),
    (Drift::CertificateInvalid, Effect::Suspend { after: 0 }),
    (Drift::CertificateEnds, Effect::Warn),
    // Whether a call may go there is decided for each call, by the environment's setting.
    (Drift::PlaceOutside, Effect::Warn),
    (Drift::OwnershipLost, Effect::Suspend { after: 14 * DAY }),
];

/// How often `check` is due.
pub(crate) fn interval(check: Recheck) -> Interval {
    let known = SCHEDULE.iter().find(|(kind, _)| *kind == check).map(|(_, interval)| *interval);
    // A test holds that the schedule is complete.
    known.unwrap_or(Interval { every: DAY, again: HOUR })
}

/// What `drift` does.
pub(crate) fn effect(drift: Drift) -> Effect {
    let known = EFFECTS.iter().find(|(kind, _)| *kind == drift).map(|(_, effect)| *effect);
    // A test holds that the table is complete; what is not in it is held.
    known.unwrap_or(Effect::Suspend { after: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_complete_and_say_each_thing_once() {
        let scheduled: Vec<Recheck> = SCHEDULE.iter().map(|(check, _)| *check).collect();
        assert_eq!(scheduled, Recheck::ALL);
        let effects: Vec<Drift> = EFFECTS.iter().map(|(drift, _)| *drift).collect();
        assert_eq!(effects, Drift::ALL);
        for (check, interval) in SCHEDULE {
            assert!(interval.again <= interval.every, "{check:?}");
        }
    }
}
