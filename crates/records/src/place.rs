//! Places: what a record says about where an endpoint is, and where that is drawn.

use std::collections::HashMap;
use std::sync::LazyLock;

const COUNTRIES: &str = include_str!("../data/countries.tsv");

/// The grade of the evidence for a place, as the decision recorded it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// The operator's own list of internal services.
    Inventory,
    /// A signed declaration and a published range that agree.
    SR,
    /// A signed declaration.
    S,
    /// A provider's published range.
    R,
    /// The country of the address.
    G,
    /// One address, many places.
    X,
    /// Nothing, or a grade that this version does not know.
    N,
}

impl Grade {
    /// Reads a record's word; what is not known counts as no evidence.
    pub fn from_word(word: &str) -> Self {
        match word {
            "inventory" => Self::Inventory,
            "SR" => Self::SR,
            "S" => Self::S,
            "R" => Self::R,
            "G" => Self::G,
            "X" => Self::X,
            _ => Self::N,
        }
    }

    /// The record's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::SR => "SR",
            Self::S => "S",
            Self::R => "R",
            Self::G => "G",
            Self::X => "X",
            Self::N => "N",
        }
    }
}

/// How well a place is known; this is what colours and words follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Knowledge {
    /// The operator's own service, from its inventory.
    Own,
    /// Declared under a signature.
    Declared,
    /// From a provider's published range.
    Range,
    /// Estimated from the country of the address.
    Estimated,
    /// Not known.
    Unknown,
}

impl Knowledge {
    /// All, from the best to none.
    pub const ALL: [Self; 5] = [Self::Own, Self::Declared, Self::Range, Self::Estimated, Self::Unknown];

    /// How well the place of a flow is known. A grade without a place is no knowledge.
    pub fn of(grade: Grade, is_own: bool, has_places: bool) -> Self {
        match grade {
            _ if !has_places => Self::Unknown,
            Grade::Inventory => Self::Own,
            Grade::SR | Grade::S | Grade::R if is_own => Self::Own,
            Grade::SR | Grade::S => Self::Declared,
            Grade::R => Self::Range,
            Grade::G => Self::Estimated,
            Grade::X | Grade::N => Self::Unknown,
        }
    }

    /// Its name in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Declared => "declared",
            Self::Range => "range",
            Self::Estimated => "estimated",
            Self::Unknown => "unknown",
        }
    }
}

/// A point on the earth, degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) longitude: f64,
    pub(crate) latitude: f64,
}

/// A place as a record names it: a region, or a country by its two letters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    /// As recorded.
    pub(crate) name: String,
    /// For people: `westeurope (West Europe, Netherlands)`, `United Kingdom`.
    pub(crate) label: String,
    /// The country's two letters.
    pub(crate) country: Option<String>,
    /// The country's name.
    pub(crate) country_name: Option<String>,
    /// The geography, for a region.
    pub(crate) geography: Option<&'static str>,
    /// `EEA`, `adequate` or `none`: a hint, for a region.
    pub(crate) gdpr_area: Option<&'static str>,
    /// Where it is drawn.
    pub(crate) point: Option<Point>,
}

static TABLE: LazyLock<HashMap<&'static str, (Point, &'static str)>> = LazyLock::new(|| {
    let lines = COUNTRIES.lines().filter(|line| !line.starts_with('#')).skip(1);
    let point = |longitude: Option<&str>, latitude: Option<&str>| {
        Some(Point { longitude: longitude?.parse().ok()?, latitude: latitude?.parse().ok()? })
    };
    let country = |line: &'static str| {
        let mut fields = line.split('\t');
        Some((fields.next()?, (point(fields.next(), fields.next())?, fields.next()?)))
    };
    lines.filter_map(country).collect()
});

/// Where a region is drawn: where decisions take it to stand, so that no map shows anything else.
fn drawn(region: &str) -> Option<Point> {
    let at = backshell_boundary::coordinates(region)?;
    Some(Point { longitude: at.east, latitude: at.north })
}

impl Place {
    /// What is known about a place of this name.
    pub(crate) fn named(name: &str) -> Self {
        let country_name = |code: &str| TABLE.get(code).map(|(_, name)| (*name).to_owned());
        if let Some(facts) = backshell_boundary::region(name) {
            let country = country_name(facts.country).unwrap_or_else(|| facts.country.to_owned());
            return Self {
                name: name.to_owned(),
                label: format!("{name} ({}, {country})", facts.display_name),
                country: Some(facts.country.to_owned()),
                country_name: Some(country),
                geography: Some(facts.geography),
                gdpr_area: Some(facts.gdpr_area),
                point: drawn(name),
            };
        }
        let known = TABLE.get(name);
        Self {
            name: name.to_owned(),
            label: known.map_or_else(|| name.to_owned(), |(_, country)| (*country).to_owned()),
            country: known.map(|_| name.to_owned()),
            country_name: known.map(|(_, country)| (*country).to_owned()),
            geography: None,
            gdpr_area: country_area(name),
            point: known.map(|(point, _)| *point),
        }
    }
}

/// The hint of a country, as its regions have it; `None` when no region stands in it.
fn country_area(code: &str) -> Option<&'static str> {
    backshell_boundary::regions().iter().find(|facts| facts.country == code).map(|facts| facts.gdpr_area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_can_be_drawn_and_lies_in_its_country() {
        for facts in backshell_boundary::regions() {
            let place = Place::named(facts.region);
            let point = place.point.unwrap_or_else(|| panic!("`{}` has no coordinates", facts.region));
            let (middle, name) = TABLE[facts.country];
            let far = (point.longitude - middle.longitude).hypot(point.latitude - middle.latitude);
            let limit = if ["US", "CA", "AU", "BR", "CN", "CL", "IN"].contains(&facts.country) { 45.0 } else { 14.0 };
            assert!(far < limit, "`{}` is drawn {far:.0} degrees from the middle of {name}", facts.region);
        }
    }

    #[test]
    fn regions_countries_and_strangers_have_names() {
        assert_eq!(Place::named("westeurope").label, "westeurope (West Europe, Netherlands)");
        let country = Place::named("GB");
        assert_eq!((country.label.as_str(), country.gdpr_area), ("United Kingdom", Some("adequate")));
        let stranger = Place::named("atlantis");
        assert_eq!((stranger.label.as_str(), stranger.point), ("atlantis", None));
        assert!(TABLE.len() > 200);
    }

    #[test]
    fn a_grade_without_a_place_is_no_knowledge() {
        assert_eq!(Knowledge::of(Grade::from_word("SR"), false, false), Knowledge::Unknown);
        assert_eq!(Knowledge::of(Grade::from_word("SR"), false, true), Knowledge::Declared);
        assert_eq!(Knowledge::of(Grade::from_word("R"), true, true), Knowledge::Own);
        assert_eq!(Knowledge::of(Grade::from_word("inventory"), true, true), Knowledge::Own);
        assert_eq!(Knowledge::of(Grade::from_word("X"), true, true), Knowledge::Unknown);
        assert_eq!(Knowledge::of(Grade::from_word("of a later version"), false, true), Knowledge::Unknown);
    }
}
