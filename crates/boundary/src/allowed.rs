//! The regions inside an environment's boundary, computed once per environment and snapshot.

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

/// The regions in which an environment's data may be processed.
#[derive(Clone, Debug)]
pub struct AllowedSet {
    environment: EnvironmentId,
    home: &'static RegionFacts,
    one_region: bool,
    regions: Vec<&'static RegionFacts>,
}

impl AllowedSet {
    /// Computes the set: home alone, home's geography within the same cloud, or the list.
    pub fn of(environment: &Environment) -> Result<Self, BoundaryError> {
        let find = |name: &Region| region(name.as_str()).ok_or_else(|| BoundaryError::UnknownRegion(name.clone()));
        let home = find(&environment.home)?;
        let mut allowed: Vec<&'static RegionFacts> = match &environment.boundary {
            Boundary::Region => vec![home],
            Boundary::Geography => regions()
                .iter()
                .filter(|facts| facts.cloud == home.cloud && facts.geography == home.geography)
                .collect(),
            Boundary::List(names) => {
                if !names.contains(&environment.home) {
                    return Err(BoundaryError::HomeMissing(environment.home.clone()));
                }
                let listed = names.iter().map(|name| {
                    let facts = find(name)?;
                    if facts.cloud == home.cloud { Ok(facts) } else { Err(BoundaryError::MixedClouds(name.clone())) }
                });
                listed.collect::<Result<_, _>>()?
            }
        };
        allowed.sort_unstable_by_key(|facts| facts.region);
        allowed.dedup_by_key(|facts| facts.region);
        let one_region = matches!(environment.boundary, Boundary::Region);
        Ok(Self { environment: environment.id, home, one_region, regions: allowed })
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

    /// The regions, sorted by name.
    pub fn regions(&self) -> &[&'static RegionFacts] {
        &self.regions
    }

    /// Whether a region is inside.
    pub fn contains(&self, region: &Region) -> bool {
        self.regions.binary_search_by_key(&region.as_str(), |facts| facts.region).is_ok()
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
        assert!(matches!(names("westus", list(&["westus", "us-west-1"])), Err(BoundaryError::MixedClouds(_))));
        assert!(matches!(names("westus", list(&["westus", "nowhere"])), Err(BoundaryError::UnknownRegion(_))));
    }
}
