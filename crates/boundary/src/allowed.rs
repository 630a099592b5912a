//! The regions inside an environment's boundary, computed once per environment and snapshot.

use crate::endpoint::Place;
use crate::regions::{RegionFacts, region, regions};
use crate::row::Row;
use backshell_model::{Boundary, Environment, EnvironmentId, Region};

/// The environment's boundary says nothing that can be kept to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoundaryError {
    /// A region is in no table.
    #[error("`{0}` is not a known region; choose a name from the list of regions")]
    UnknownRegion(Region),
    /// The list does not name the home region (an empty list names nothing).
    #[error("the boundary's list of regions lacks the home region `{0}`; add it")]
    HomeMissing(Region),
    /// The list reaches into another cloud.
    #[error("`{0}` lies in another cloud than the home region; a boundary never crosses clouds")]
    MixedClouds(Region),
}

impl BoundaryError {
    /// The row of the decision table: always D01.
    pub const fn row(&self) -> Row {
        Row::D01
    }

    /// The reason code: `boundary_config`.
    pub const fn reason(&self) -> &'static str {
        Row::D01.reason()
    }
}

/// The regions in which an environment's data may be processed, and those in which its endpoints are inside.
///
/// The two differ: a cell runs in the same cloud as home, never in another provider's. An endpoint is somebody else's;
/// `eu-west-2` lies in the United Kingdom as `uksouth` does. Sovereign clouds stay apart for both.
#[derive(Clone, Debug)]
pub struct AllowedSet {
    environment: EnvironmentId,
    home: &'static RegionFacts,
    one_region: bool,
    regions: Vec<&'static RegionFacts>,
    /// Names of the regions in which an endpoint is inside, sorted.
    endpoints: Vec<&'static str>,
    /// Countries that belong to the boundary and, within the realm, to no geography outside it.
    countries: Vec<&'static str>,
}

impl AllowedSet {
    /// Computes the set: home alone, home's geography within the same cloud, or the list. A list may name regions of
    /// several providers, as endpoints have them, but never mixes sovereign clouds with others.
    pub fn of(environment: &Environment) -> Result<Self, BoundaryError> {
        Self::within(environment.id, &environment.home, &environment.boundary)
    }

    /// As [`AllowedSet::of`], for an environment of which nothing more is known than where it is at home.
    pub fn within(environment: EnvironmentId, home: &Region, boundary: &Boundary) -> Result<Self, BoundaryError> {
        let find = |name: &Region| region(name.as_str()).ok_or_else(|| BoundaryError::UnknownRegion(name.clone()));
        let home = find(home)?;
        let in_geography = |facts: &&RegionFacts| facts.realm() == home.realm() && facts.geography == home.geography;
        let mut endpoints: Vec<&'static RegionFacts> = match boundary {
            Boundary::Region => vec![home],
            Boundary::Geography => regions().iter().filter(in_geography).collect(),
            Boundary::List(names) => {
                if !names.iter().any(|name| name.as_str() == home.region) {
                    return Err(BoundaryError::HomeMissing(Region::new(home.region)));
                }
                let listed = names.iter().map(|name| {
                    let facts = find(name)?;
                    if facts.realm() == home.realm() {
                        Ok(facts)
                    } else {
                        Err(BoundaryError::MixedClouds(name.clone()))
                    }
                });
                listed.collect::<Result<_, _>>()?
            }
        };
        endpoints.sort_unstable_by_key(|facts| facts.region);
        endpoints.dedup_by_key(|facts| facts.region);
        let inside = |country: &str, geography: &str| {
            endpoints.iter().any(|facts| facts.country == country && facts.geography == geography)
        };
        let mut countries: Vec<&'static str> = endpoints.iter().map(|facts| facts.country).collect();
        countries.sort_unstable();
        countries.dedup();
        countries.retain(|country| {
            let mut realm = regions().iter().filter(|facts| facts.realm() == home.realm() && facts.country == *country);
            realm.all(|facts| inside(country, facts.geography))
        });
        Ok(Self {
            environment,
            home,
            one_region: matches!(boundary, Boundary::Region),
            regions: endpoints.iter().copied().filter(|facts| facts.cloud == home.cloud).collect(),
            endpoints: endpoints.iter().map(|facts| facts.region).collect(),
            countries,
        })
    }

    /// The environment whose set this is.
    pub fn environment(&self) -> EnvironmentId {
        self.environment
    }

    /// The home region.
    pub fn home(&self) -> &'static RegionFacts {
        self.home
    }

    /// Whether the boundary is the mode `region`.
    pub fn is_one_region(&self) -> bool {
        self.one_region
    }

    /// The regions in which a cell may process, sorted by name.
    pub fn regions(&self) -> &[&'static RegionFacts] {
        &self.regions
    }

    /// Whether a cell in this region is inside.
    pub fn contains(&self, region: &Region) -> bool {
        self.regions.binary_search_by_key(&region.as_str(), |facts| facts.region).is_ok()
    }

    /// Whether an endpoint in this place is inside. A country is only when it belongs to no geography outside, and never
    /// when the boundary is one region.
    pub fn holds(&self, place: &Place) -> bool {
        match place {
            Place::Region(facts) => self.endpoints.binary_search(&facts.region).is_ok(),
            Place::Country(code) => !self.one_region && self.countries.binary_search(&code.as_str()).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::environment;

    fn list(names: &[&str]) -> Boundary {
        Boundary::List(names.iter().map(|name| Region::new(name)).collect())
    }

    fn names(home: &str, boundary: Boundary) -> Result<Vec<&'static str>, BoundaryError> {
        AllowedSet::of(&environment(home, boundary)).map(|set| set.regions().iter().map(|facts| facts.region).collect())
    }

    #[test]
    fn each_mode_means_what_it_says() {
        assert_eq!(names("westus", Boundary::Region), Ok(vec!["westus"]));
        assert_eq!(names("westeurope", Boundary::Geography), Ok(vec!["northeurope", "westeurope"]));
        let states = names("westus", Boundary::Geography).unwrap();
        assert!(states.contains(&"eastus2") && states.contains(&"westus3"));
        assert!(!states.iter().any(|name| name.starts_with("usgov") || name.starts_with("us-")), "{states:?}");
        assert_eq!(
            names("brazilsouth", Boundary::Geography),
            Ok(vec!["brazilsoutheast", "brazilsouth"]).map(|mut v| {
                v.sort_unstable();
                v
            })
        );
        let listed = names("westeurope", list(&["westeurope", "germanywestcentral", "westeurope"]));
        assert_eq!(listed, Ok(vec!["germanywestcentral", "westeurope"]));
    }

    #[test]
    fn a_boundary_that_cannot_be_kept_is_d01() {
        // Worked case 18.
        let missing = names("westeurope", list(&["northeurope"])).unwrap_err();
        assert_eq!(missing, BoundaryError::HomeMissing(Region::new("westeurope")));
        assert_eq!((missing.row(), missing.reason()), (Row::D01, "boundary_config"));
        assert!(matches!(names("westeurope", list(&[])), Err(BoundaryError::HomeMissing(_))));
        assert!(matches!(names("europe", Boundary::Geography), Err(BoundaryError::UnknownRegion(_))));
        assert!(matches!(names("westus", list(&["westus", "usgovvirginia"])), Err(BoundaryError::MixedClouds(_))));
        assert!(matches!(names("westus", list(&["westus", "us-gov-west-1"])), Err(BoundaryError::MixedClouds(_))));
        assert!(matches!(
            names("usgovvirginia", list(&["usgovvirginia", "usdodeast"])),
            Err(BoundaryError::MixedClouds(_))
        ));
        assert!(matches!(names("westus", list(&["westus", "nowhere"])), Err(BoundaryError::UnknownRegion(_))));
    }

    #[test]
    fn an_endpoint_may_be_at_another_provider_but_a_cell_may_not() {
        let set = |home, boundary| AllowedSet::of(&environment(home, boundary)).unwrap();
        let holds = |set: &AllowedSet, place: &str| set.holds(&Place::parse(place).unwrap());
        let britain = set("uksouth", Boundary::Geography);
        for (place, inside) in [
            ("ukwest", true),
            ("eu-west-2", true),
            ("europe-west2", true),
            ("GB", true),
            ("westeurope", false),
            ("eu-west-1", false),
            ("FR", false),
        ] {
            assert_eq!(holds(&britain, place), inside, "{place}");
        }
        assert!(!britain.contains(&Region::new("eu-west-2")));
        let one = set("uksouth", Boundary::Region);
        for (place, inside) in [("uksouth", true), ("ukwest", false), ("eu-west-2", false), ("GB", false)] {
            assert_eq!(holds(&one, place), inside, "{place}");
        }
        let listed = set("westeurope", list(&["westeurope", "germanywestcentral", "eu-central-1"]));
        for (place, inside) in
            [("eu-central-1", true), ("europe-west3", false), ("DE", true), ("NL", true), ("IE", false)]
        {
            assert_eq!(holds(&listed, place), inside, "{place}");
        }
        assert!(!listed.contains(&Region::new("eu-central-1")));
        let government = set("usgovvirginia", Boundary::Geography);
        for (place, inside) in [("usgovtexas", true), ("us-gov-east-1", false), ("usdodeast", false), ("eastus", false)]
        {
            assert_eq!(holds(&government, place), inside, "{place}");
        }
        let germany = set("germanynorth", Boundary::Geography);
        assert!(!holds(&germany, "eusc-de-east-1") && !holds(&germany, "u-germany-northeast1"));
    }
}
