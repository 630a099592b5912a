//! What is due when, and what a change does. Nothing else in the code decides either, but how long a proof of ownership is
//! good: that is the proof's own (`probe::ownership`).

use backshell_model::{Drift, PublisherKind, Recheck};

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

/// The schedule unless the configuration says otherwise. Names daily, because an alias that points nowhere is an invitation;
/// places daily, because evidence grows too old on a day; certificates daily, because validity and revocation (EV-11, EV-14)
/// change from one day to the next. What is on file about ownership is read every six hours, and at once when it changed; its
/// proofs are looked for by a job of their own. Answers daily, by three requests. Approved hosts weekly by the bars that are
/// left, and at once when they or further roots at them are approved.
pub const SCHEDULE: [(Recheck, Interval); 6] = [
    (Recheck::Dns, Interval { every: DAY, again: HOUR }),
    (Recheck::Certificate, Interval { every: DAY, again: HOUR }),
    (Recheck::Place, Interval { every: DAY, again: DAY }),
    (Recheck::Ownership, Interval { every: 6 * HOUR, again: 6 * HOUR }),
    (Recheck::Availability, Interval { every: DAY, again: HOUR }),
    (Recheck::Bars, Interval { every: 7 * DAY, again: HOUR }),
];

/// When each kind of check is due.
#[derive(Clone, Copy, Debug)]
pub struct Schedule([(Recheck, Interval); 6]);

impl Default for Schedule {
    fn default() -> Self {
        Self(SCHEDULE)
    }
}

impl Schedule {
    /// With `check` made every `hours`.
    #[must_use]
    pub fn every(mut self, check: Recheck, hours: u32) -> Self {
        for (_, interval) in self.0.iter_mut().filter(|(kind, _)| *kind == check) {
            interval.every = i64::from(hours).saturating_mul(HOUR);
            interval.again = interval.again.min(interval.every);
        }
        self
    }

    /// How often `check` is due.
    pub fn of(&self, check: Recheck) -> Interval {
        let known = self.0.iter().find(|(kind, _)| *kind == check).map(|(_, interval)| *interval);
        // A test holds that the schedule is complete.
        known.unwrap_or(Interval { every: DAY, again: HOUR })
    }
}

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is said, and calls go on.
    Warn,
    /// Calls go on, and no new connections are made.
    Restrict,
    /// Calls to the host are held.
    Suspend,
}

/// What each change does.
pub const EFFECTS: [(Drift, Effect); 16] = [
    (Drift::EndpointMoved, Effect::Suspend),
    (Drift::EndpointGone, Effect::Suspend),
    (Drift::AddressRefused, Effect::Suspend),
    (Drift::AliasChanged, Effect::Warn),
    (Drift::CertificateInvalid, Effect::Suspend),
    (Drift::CertificateEnds, Effect::Warn),
    (Drift::CertificateIssuer, Effect::Warn),
    (Drift::CertificateWeak, Effect::Warn),
    // Whether a call may go there is decided for each call, by the environment's setting.
    (Drift::PlaceOutside, Effect::Warn),
    (Drift::PlaceMoved, Effect::Warn),
    (Drift::EvidenceStale, Effect::Warn),
    (Drift::OwnershipDoubtful, Effect::Restrict),
    (Drift::OwnershipLost, Effect::Suspend),
    // A host that is down refuses calls by itself; to hold them would make it down for longer.
    (Drift::EndpointUnavailable, Effect::Warn),
    (Drift::EndpointSlow, Effect::Warn),
    (Drift::BarFailed, Effect::Suspend),
];

/// What `drift` does to a connector of this publisher. The platform operator answers for what it publishes itself, so that
/// ownership is asked of third parties only.
pub(crate) fn effect(drift: Drift, publisher: PublisherKind) -> Effect {
    if publisher == PublisherKind::Platform && matches!(drift, Drift::OwnershipDoubtful | Drift::OwnershipLost) {
        return Effect::Warn;
    }
    let known = EFFECTS.iter().find(|(kind, _)| *kind == drift).map(|(_, effect)| *effect);
    // A test holds that the table is complete; what is not in it is held.
    known.unwrap_or(Effect::Suspend)
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

    #[test]
    fn a_setting_moves_one_kind_and_keeps_the_order() {
        let schedule = Schedule::default().every(Recheck::Dns, 6).every(Recheck::Place, 1);
        assert_eq!(schedule.of(Recheck::Dns), Interval { every: 6 * HOUR, again: HOUR });
        assert_eq!(schedule.of(Recheck::Place), Interval { every: HOUR, again: HOUR });
        assert_eq!(schedule.of(Recheck::Bars), Interval { every: 7 * DAY, again: HOUR });
    }

    #[test]
    fn every_bar_is_looked_at_again_and_as_often_as_it_says() {
        // Each version and each call is held against these by itself.
        const NEVER_LATER: [&str; 2] = ["EV-01", "EV-02"];
        let looks: [(Recheck, &[&str]); 6] = [
            (Recheck::Dns, &["EV-03", "EV-04"]),
            (
                Recheck::Certificate,
                &["EV-06", "EV-07", "EV-08", "EV-09", "EV-10", "EV-11", "EV-12", "EV-13", "EV-14", "EV-15", "EV-18"],
            ),
            (Recheck::Place, &["EV-05"]),
            (Recheck::Ownership, &["EV-21"]),
            (Recheck::Availability, &["EV-16", "EV-17", "EV-19", "EV-20", "EV-23"]),
            (Recheck::Bars, &crate::drift::bars::LATER),
        ];
        for bar in backshell_probe::bars().iter().filter(|bar| !NEVER_LATER.contains(&bar.id)) {
            let by = looks.iter().filter(|(_, bars)| bars.contains(&bar.id));
            let every = by.map(|(check, _)| Schedule::default().of(*check).every).min();
            let longest = if bar.again.starts_with("daily") { DAY } else { 7 * DAY };
            assert!(every.is_some_and(|every| every <= longest), "{} {every:?}", bar.id);
        }
    }

    #[test]
    fn the_operator_is_warned_where_third_parties_are_held() {
        for drift in Drift::ALL {
            let (own, other) = (effect(*drift, PublisherKind::Platform), effect(*drift, PublisherKind::Independent));
            assert_eq!(other, effect(*drift, PublisherKind::Verified));
            let differs = matches!(drift, Drift::OwnershipDoubtful | Drift::OwnershipLost);
            assert_eq!(own != other, differs, "{drift:?}");
        }
    }
}
