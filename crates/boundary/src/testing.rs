//! What several tests of this crate need.

use crate::endpoint::{EndpointPlaces, Grade, Place};
use backshell_model::{Boundary, Egress, Environment, EnvironmentId, Region, TenantId, Timestamp};
use backshell_testkit::SeededRandom;

/// An environment at home in `home`; the same one each time.
pub(crate) fn environment(home: &str, boundary: Boundary) -> Environment {
    let random = SeededRandom::new(1);
    let now = Timestamp::from_secs(1_800_000_000);
    Environment {
        id: EnvironmentId::generate(now, &random),
        tenant: TenantId::generate(now, &random),
        name: "test".to_owned(),
        home: Region::new(home),
        boundary,
        egress: Egress::Notice,
        created_at: now,
    }
}

/// Known places with a grade.
pub(crate) fn places(grade: Grade, names: &[&str]) -> EndpointPlaces {
    let known = names.iter().map(|name| Place::parse(name).unwrap()).collect();
    EndpointPlaces { grade, known, ..EndpointPlaces::unknown() }
}
