//! Where an endpoint is, and how well that is known.

use crate::country::CountryCode;
use crate::regions::{RegionFacts, region};
use std::fmt;
use std::sync::Arc;

/// One place: a cloud region, or a country where no region is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A region of the table.
    Region(&'static RegionFacts),
    /// A country: an edge location without a region of its own, or an estimate.
    Country(CountryCode),
}

impl Place {
    /// The place that `text` names: a region's programmatic name, or the two upper-case letters of a country. Compared
    /// exactly; `None` for any other text, so that there is no wildcard.
    pub fn parse(text: &str) -> Option<Self> {
        region(text).map(Self::Region).or_else(|| CountryCode::parse(text).map(Self::Country))
    }

    /// Its name in records and answers: `westeurope`, `AR`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Region(facts) => facts.region,
            Self::Country(code) => code.as_str(),
        }
    }

    /// The country it lies in.
    pub const fn country(&self) -> &'static str {
        match self {
            Self::Region(facts) => facts.country,
            Self::Country(code) => code.as_str(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How well the place of an endpoint is known, from the best to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// The operator's inventory lists the host: the operator vouches for its own services.
    Inventory,
    /// A signed declaration and the provider's published range agree.
    SR,
    /// A signed declaration of the service's operator.
    S,
    /// The provider's published range.
    R,
    /// A country, estimated by a GeoIP database.
    G,
    /// An address that many places share: anycast, a content delivery network, a range without a region.
    X,
    /// Nothing is known.
    N,
}

impl Grade {
    /// Every grade.
    pub const ALL: [Self; 7] = [Self::Inventory, Self::SR, Self::S, Self::R, Self::G, Self::X, Self::N];

    /// The grade's name in the ledger.
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

    /// What the grade rests on, for people: no more than was measured.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Inventory => "the operator's own inventory says where the service runs",
            Self::SR => {
                "the service's operator declared the place under signature, and the provider's published range agrees"
            }
            Self::S => "the service's operator declared the place under signature; nothing measured confirms it",
            Self::R => "the provider publishes the region of the address; where the service keeps data is not known",
            Self::G => "a country estimated from registry data; the region is not known",
            Self::X => "the address is shared by many places, so it does not tell where the service is",
            Self::N => "nothing is known about the place",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Names a piece of evidence in records: what kind of file it is and the SHA-256 of its bytes, such as `aws:9f86d0…`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidenceId(Arc<str>);

impl EvidenceId {
    /// Takes a name as it is.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EvidenceId({})", &self.0)
    }
}

/// The places of an endpoint, over all its addresses, as the decision table takes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointPlaces {
    /// The grade of what is known least: one address of which nothing is known makes it [`Grade::N`].
    pub grade: Grade,
    /// Places that are declared, published or in the inventory. All of them count, whatever the grade.
    pub known: Vec<Place>,
    /// Countries that are estimated.
    pub estimated: Vec<CountryCode>,
    /// Whether evidence that would have counted is older than it may be; it was taken for nothing.
    pub stale: bool,
    /// Whether a declaration and a published range contradict each other (row D08).
    pub conflict: bool,
    /// What was looked at, stale evidence included.
    pub evidence: Vec<EvidenceId>,
}

impl EndpointPlaces {
    /// Nothing is known.
    pub const fn unknown() -> Self {
        Self {
            grade: Grade::N,
            known: Vec::new(),
            estimated: Vec::new(),
            stale: false,
            conflict: false,
            evidence: Vec::new(),
        }
    }

    /// Every place, known ones first.
    pub fn places(&self) -> impl Iterator<Item = Place> + '_ {
        self.known.iter().copied().chain(self.estimated.iter().copied().map(Place::Country))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_region_or_a_country_and_never_a_pattern() {
        for (text, country) in [("westeurope", "NL"), ("us-east-1", "US"), ("europe-west3", "DE"), ("AR", "AR")] {
            let place = Place::parse(text).unwrap();
            assert_eq!((place.as_str(), place.country()), (text, country));
        }
        for text in ["*", "", "europe", "Europe", "WESTEUROPE", "global", "west*", "ar", "UK", "EEA"] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }
}
