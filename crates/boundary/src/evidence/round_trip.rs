//! Measured round trips: they can show that an address is nearer than it is said to be, and nothing else.
//!
//! Light needs about a millisecond for 100 kilometres there and back in fibre, so an address that answers in 3 ms is not
//! 6,000 km away: what answers is an edge, and where it leads is not known. A slow answer proves nothing.

use crate::coordinates::{Coordinates, coordinates};
use crate::endpoint::Place;
use crate::grade::{AddressEvidence, Evidence, HostEvidence, Ranged};
use crate::regions::RegionFacts;
use backshell_model::{HostName, Timestamp};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Kilometres that one millisecond of round trip leaves room for.
const KM_PER_MS: f64 = 100.0;
/// Regions are wide, and where they stand is known to a tenth of a degree.
const TOLERANCE_KM: f64 = 250.0;

/// Evidence, with round trips that the cell measured.
#[derive(Clone, Copy, Debug)]
pub struct RoundTrips<'a> {
    /// What is known otherwise.
    pub evidence: &'a dyn Evidence,
    /// Where the cell is that measured.
    pub cell: &'static RegionFacts,
    /// The shortest round trip to each address that was measured.
    pub measured: &'a [(IpAddr, Duration)],
}

impl Evidence for RoundTrips<'_> {
    fn about(&self, host: &HostName, chain: &[Arc<str>], addresses: &[IpAddr], now: Timestamp) -> HostEvidence {
        let mut about = self.evidence.about(host, chain, addresses, now);
        let Some(cell) = coordinates(self.cell.region) else { return about };
        let declared: Vec<Place> =
            about.declared.iter().flat_map(|said| said.says.processing.iter().copied()).collect();
        for (address, known) in addresses.iter().zip(&mut about.addresses) {
            let measured = self.measured.iter().filter(|(of, _)| of == address).map(|(_, trip)| *trip).min();
            if let Some(trip) = measured {
                known.too_near = too_near(cell, &said(known, &declared), trip);
            }
        }
        about
    }
}

/// Where an address is said to be: by the range that holds it, else by the declaration.
fn said(known: &AddressEvidence, declared: &[Place]) -> Vec<Place> {
    match known.range.as_ref().map(|range| range.says) {
        Some(Ranged::At(place)) => vec![place],
        Some(Ranged::Shared) => Vec::new(),
        None => declared.to_vec(),
    }
}

/// Whether no place that is said can be as near as the round trip shows. Countries have no one place and say nothing.
fn too_near(cell: Coordinates, said: &[Place], trip: Duration) -> bool {
    let reach = trip.as_secs_f64() * 1_000.0 * KM_PER_MS + TOLERANCE_KM;
    let far = |place: &Place| match place {
        Place::Region(facts) => coordinates(facts.region).is_some_and(|at| at.distance_km(cell) > reach),
        Place::Country(_) => false,
    };
    !said.is_empty() && said.iter().all(far)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::{EvidenceId, Grade};
    use crate::grade::{Statement, grade};
    use crate::regions::region;

    #[derive(Debug)]
    struct At(&'static str);

    impl Evidence for At {
        fn about(&self, _: &HostName, _: &[Arc<str>], addresses: &[IpAddr], _: Timestamp) -> HostEvidence {
            let range = Statement {
                evidence: EvidenceId::new("aws:1"),
                says: Ranged::At(Place::parse(self.0).unwrap()),
                stale: false,
            };
            let known = AddressEvidence { range: Some(range), ..AddressEvidence::default() };
            HostEvidence { addresses: vec![known; addresses.len()], ..HostEvidence::default() }
        }
    }

    #[test]
    fn an_answer_that_is_too_quick_lowers_the_grade_and_nothing_raises_it() {
        let host = HostName::parse("api.example.com").unwrap();
        let address: IpAddr = "93.184.215.14".parse().unwrap();
        let other: IpAddr = "93.184.215.15".parse().unwrap();
        for (place, of, ms, expected) in [
            ("eastus", address, 3, Grade::X),
            ("eastus", address, 80, Grade::R),
            ("eastus", other, 3, Grade::R),
            ("northeurope", address, 6, Grade::R),
            ("northeurope", address, 1, Grade::X),
            ("westeurope", address, 0, Grade::R),
            ("westeurope", address, 400, Grade::R),
            ("AR", address, 1, Grade::R),
        ] {
            let trips = RoundTrips {
                evidence: &At(place),
                cell: region("westeurope").unwrap(),
                measured: &[(of, Duration::from_millis(400)), (of, Duration::from_millis(ms))],
            };
            let places = grade(&trips.about(&host, &[], &[address], Timestamp::from_secs(0)));
            assert_eq!(places.grade, expected, "{place} {of} {ms}");
        }
    }
}
