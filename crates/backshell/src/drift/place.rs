//! The place again: does the evidence still name the places that it named first.
//!
//! Addresses change all the time; that they do within the same places is no news. Whether a call may go to a place is decided
//! for each call by its environment; here somebody is told before calls are refused, or before they go on marked.

use super::{Check, Finding, InUse};
use crate::residency::LiveEvidence;
use async_trait::async_trait;
use backshell_boundary::{AllowedSet, EndpointPlaces, Evidence, Place, Resolver, grade};
use backshell_model::{Clock, Connector, ConnectorSlug, Drift, HostPort, Recheck, Timestamp};
use backshell_store::{ConnectionFilter, Limit, Store, StoreError};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Looks at places with the evidence that calls are judged by.
#[derive(Debug)]
pub struct PlaceRecheck {
    resolver: Arc<dyn Resolver>,
    evidence: Arc<LiveEvidence>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl PlaceRecheck {
    /// Asks `resolver` for addresses and `evidence` about them; `store` says which environments use a connector.
    pub fn new(
        resolver: Arc<dyn Resolver>,
        evidence: Arc<LiveEvidence>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { resolver, evidence, store, clock }
    }

    /// The boundaries of the environments that have connections to the connector.
    async fn boundaries(&self, connector: &ConnectorSlug) -> Result<Vec<AllowedSet>, StoreError> {
        let filter = ConnectionFilter { connector: Some(connector.clone()), ..ConnectionFilter::default() };
        let (mut environments, mut after) = (BTreeSet::new(), None);
        loop {
            let page = self.store.connections(&filter, after, Limit::MAX).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            environments.extend(page.iter().map(|connection| connection.environment));
        }
        let mut boundaries = Vec::new();
        for environment in environments {
            // A boundary that cannot be kept refuses every call of its environment anyway.
            boundaries.extend(AllowedSet::of(&self.store.environment(environment).await?).ok());
        }
        Ok(boundaries)
    }
}

#[async_trait]
impl Check for PlaceRecheck {
    fn kind(&self) -> Recheck {
        Recheck::Place
    }

    fn renewed_at(&self) -> Option<Timestamp> {
        self.evidence.renewed_at()
    }

    async fn look(&self, connector: &Connector, endpoint: &InUse, baseline: Option<&str>) -> Finding {
        let HostPort { host, port } = &endpoint.at;
        let Ok(resolved) = self.resolver.resolve(host, *port).await else {
            return Finding::NotMeasured("the name has no address that could be looked up".to_owned());
        };
        let found = self.evidence.about(host, resolved.aliases(), resolved.addresses(), self.clock.now());
        let places = grade(&found);
        let detail = match compared(&places, baseline) {
            Finding::Changed { drift: Drift::PlaceMoved, detail } => detail,
            finding => return finding,
        };
        let Ok(boundaries) = self.boundaries(&connector.slug).await else {
            return Finding::NotMeasured("the boundaries of the environments could not be read".to_owned());
        };
        let leaves = |allowed: &AllowedSet| places.known.iter().any(|place| !allowed.holds(place));
        if boundaries.iter().any(leaves) {
            let detail = format!("{detail}; that is outside the boundary of an environment that uses the connector");
            return Finding::Changed { drift: Drift::PlaceOutside, detail };
        }
        Finding::Changed { drift: Drift::PlaceMoved, detail }
    }
}

/// Holds the places against those of the first look. Being at fewer of them is no change: a name that leads to several places
/// shows some of them at a time.
fn compared(places: &EndpointPlaces, baseline: Option<&str>) -> Finding {
    let now = names(places);
    let shown = if now.is_empty() { "nowhere that is known".to_owned() } else { now.join(",") };
    let Some(before) = baseline else {
        return match now.as_slice() {
            [] if places.stale => Finding::NotMeasured("the evidence about the place is too old".to_owned()),
            [] => Finding::NotMeasured("no evidence says where the host is".to_owned()),
            _ => Finding::Same { baseline: now.join(","), detail: format!("{shown} (grade {})", places.grade) },
        };
    };
    if places.stale {
        let detail = format!("the evidence that named `{before}` is too old; import it anew");
        return Finding::Changed { drift: Drift::EvidenceStale, detail };
    }
    let known: BTreeSet<&str> = before.split(',').collect();
    if !now.is_empty() && now.iter().all(|place| known.contains(place)) {
        return Finding::Same { baseline: before.to_owned(), detail: format!("{shown} (grade {})", places.grade) };
    }
    let detail = format!("the evidence named `{before}` at first, and now `{shown}` (grade {})", places.grade);
    Finding::Changed { drift: Drift::PlaceMoved, detail }
}

/// The places by name, estimated countries too, in order.
fn names(places: &EndpointPlaces) -> Vec<&str> {
    let known = places.known.iter().map(Place::as_str);
    let all: BTreeSet<&str> = known.chain(places.estimated.iter().map(|country| country.as_str())).collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_boundary::Grade;

    fn at(regions: &[&str]) -> EndpointPlaces {
        let known = regions.iter().map(|region| Place::parse(region).unwrap()).collect();
        EndpointPlaces { grade: Grade::R, known, ..EndpointPlaces::unknown() }
    }

    fn drift(finding: &Finding) -> Option<Drift> {
        match finding {
            Finding::Changed { drift, .. } => Some(*drift),
            _ => None,
        }
    }

    #[test]
    fn the_first_look_says_where_it_was() {
        let first = compared(&at(&["westeurope", "northeurope"]), None);
        let Finding::Same { baseline, detail } = first else { panic!("{first:?}") };
        assert_eq!(
            (baseline.as_str(), detail.as_str()),
            ("northeurope,westeurope", "northeurope,westeurope (grade R)")
        );
        assert!(matches!(compared(&at(&[]), None), Finding::NotMeasured(_)), "nothing known is nothing passed");
        let stale = EndpointPlaces { stale: true, ..EndpointPlaces::unknown() };
        assert!(matches!(compared(&stale, None), Finding::NotMeasured(_)));
    }

    #[test]
    fn other_places_are_a_change_and_fewer_are_none() {
        let before = Some("northeurope,westeurope");
        assert_eq!(drift(&compared(&at(&["westeurope"]), before)), None);
        assert_eq!(drift(&compared(&at(&["westeurope", "eastus"]), before)), Some(Drift::PlaceMoved));
        assert_eq!(drift(&compared(&at(&[]), before)), Some(Drift::PlaceMoved));
        let stale = EndpointPlaces { stale: true, ..EndpointPlaces::unknown() };
        assert_eq!(drift(&compared(&stale, before)), Some(Drift::EvidenceStale));
    }
}
