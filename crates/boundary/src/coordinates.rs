//! About where regions stand, and how far apart: `data/coordinates.tsv`, read once.

use std::collections::HashMap;
use std::sync::LazyLock;

const DATA: &str = include_str!("../data/coordinates.tsv");

/// The mean radius of the Earth, kilometres.
const RADIUS_KM: f64 = 6_371.0;

/// Degrees north and east of the city or state that a region's provider names, to a tenth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinates {
    /// Degrees north of the equator, -90 to 90.
    pub north: f64,
    /// Degrees east of Greenwich, -180 to 180.
    pub east: f64,
}

impl Coordinates {
    /// The distance on the surface, kilometres (haversine formula).
    pub fn distance_km(self, other: Self) -> f64 {
        let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
        let parallels = self.north.to_radians().cos() * other.north.to_radians().cos();
        let chord = half(self.north, other.north) + parallels * half(self.east, other.east);
        2.0 * RADIUS_KM * chord.sqrt().clamp(0.0, 1.0).asin()
    }
}

static TABLE: LazyLock<HashMap<&'static str, Coordinates>> = LazyLock::new(|| {
    let lines = DATA.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.filter_map(line).collect()
});

fn line(line: &'static str) -> Option<(&'static str, Coordinates)> {
    let mut fields = line.split('\t');
    let (name, north, east) = (fields.next()?, fields.next()?, fields.next()?);
    Some((name, Coordinates { north: north.parse().ok()?, east: east.parse().ok()? }))
}

/// About where the region of this programmatic name stands.
pub fn coordinates(region: &str) -> Option<Coordinates> {
    TABLE.get(region).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regions::regions;

    #[test]
    fn every_region_stands_somewhere_on_the_earth() {
        assert_eq!(TABLE.len(), regions().len());
        for facts in regions() {
            let at = coordinates(facts.region).unwrap();
            assert!((-60.0..=70.0).contains(&at.north) && (-180.0..=180.0).contains(&at.east), "{facts:?}");
        }
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        let km = |one, two| coordinates(one).unwrap().distance_km(coordinates(two).unwrap());
        for (one, two, least, most) in [
            ("westeurope", "westeurope", 0.0, 0.1),
            ("northeurope", "westeurope", 700.0, 800.0),
            ("uksouth", "eastus", 5_800.0, 6_300.0),
            ("westus", "japaneast", 8_000.0, 8_600.0),
            ("australiaeast", "brazilsouth", 12_500.0, 14_000.0),
        ] {
            let distance = km(one, two);
            assert!((least..=most).contains(&distance), "{one} to {two}: {distance}");
        }
    }
}
