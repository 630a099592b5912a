//! From what single pieces of evidence say to the places of an endpoint with one grade.
//!
//! Ranks: a signed declaration (1) and a provider's published range (2) count; an estimated country (4) counts only where
//! neither speaks. A measured round trip (5) and an alias into a content delivery network can only lower a grade.

use crate::country::CountryCode;
use crate::endpoint::{EndpointPlaces, EvidenceId, Grade, Place};
use backshell_model::{HostName, Timestamp};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// Knows what is to be said about the place of hosts and addresses. Asked once per placed request, without waiting.
pub trait Evidence: Send + Sync + fmt::Debug {
    /// What there is about `host`, which resolved to `addresses` by way of the aliases `chain`, at the time `now`.
    fn about(&self, host: &HostName, chain: &[Arc<str>], addresses: &[IpAddr], now: Timestamp) -> HostEvidence;
}

/// No evidence at all: every endpoint's place is unknown.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoEvidence;

impl Evidence for NoEvidence {
    fn about(&self, _: &HostName, _: &[Arc<str>], addresses: &[IpAddr], _: Timestamp) -> HostEvidence {
        HostEvidence { addresses: vec![AddressEvidence::default(); addresses.len()], ..HostEvidence::default() }
    }
}

/// What one piece of evidence says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<T> {
    /// Which piece.
    pub evidence: EvidenceId,
    /// What it says.
    pub says: T,
    /// Whether it is older than it may be.
    pub stale: bool,
}

/// What published ranges say about an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranged {
    /// It belongs to this place.
    At(Place),
    /// Many places share it, or its place is not published.
    Shared,
}

/// What a GeoIP database says about an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimate {
    /// The country.
    Country(CountryCode),
    /// It is anycast.
    Anycast,
}

/// What a service's operator declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Where data is processed.
    pub processing: Arc<[Place]>,
    /// Where data is processed, kept and backed up.
    pub everywhere: Arc<[Place]>,
    /// Whether the regional option of a delivery network before the service is named: without it, a declaration says
    /// nothing about what happens at the edge.
    pub regional_edge: bool,
}

/// Everything about one address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressEvidence {
    /// What the longest published range says.
    pub range: Option<Statement<Ranged>>,
    /// What a GeoIP database says.
    pub estimate: Option<Statement<Estimate>>,
    /// Whether the address answers faster than light comes back from where it is said to be: it is an edge.
    pub too_near: bool,
}

/// Everything about one host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostEvidence {
    /// What the service's operator declares.
    pub declared: Option<Statement<Arc<Declared>>>,
    /// An alias in the host's chain leads into a content delivery network.
    pub edge: Option<EvidenceId>,
    /// One entry per address, in their order.
    pub addresses: Vec<AddressEvidence>,
}

/// Puts the evidence together. A host without addresses is judged by its declaration alone.
pub fn grade(evidence: &HostEvidence) -> EndpointPlaces {
    let mut places = EndpointPlaces { grade: Grade::SR, ..EndpointPlaces::unknown() };
    let nothing = [AddressEvidence::default()];
    let addresses = if evidence.addresses.is_empty() { &nothing } else { evidence.addresses.as_slice() };
    let declared = evidence.declared.as_ref().filter(|declared| !declared.stale);
    if let Some(declared) = declared {
        cite(&mut places, &declared.evidence);
        for place in &*declared.says.everywhere {
            know(&mut places, *place);
        }
    }
    for address in addresses {
        let grade = grade_address(&mut places, evidence, declared, address);
        places.grade = places.grade.max(grade);
    }
    if places.conflict {
        // Row D08: both count as places, and the whole is worth what the published range is worth.
        places.grade = places.grade.max(Grade::R);
    }
    places
}

fn grade_address(
    places: &mut EndpointPlaces,
    host: &HostEvidence,
    declared: Option<&Statement<Arc<Declared>>>,
    address: &AddressEvidence,
) -> Grade {
    let range = address.range.as_ref().filter(|range| !range.stale);
    let lowered = host.edge.is_some() || address.too_near;
    if let Some(edge) = &host.edge {
        cite(places, edge);
    }
    if let Some(range) = range {
        cite(places, &range.evidence);
    }
    match (declared, range.map(|range| range.says)) {
        (Some(declared), Some(Ranged::At(place))) if !lowered => {
            if declared.says.processing.iter().any(|said| agree(said, &place)) {
                Grade::SR
            } else {
                places.conflict = true;
                know(places, place);
                Grade::R
            }
        }
        // Only a declaration that names the edge's regional option says where a shared address leads.
        (Some(declared), Some(_)) if !declared.says.regional_edge => Grade::X,
        (Some(declared), None) if lowered && !declared.says.regional_edge => Grade::X,
        (Some(_), _) => Grade::S,
        (None, Some(_)) if lowered => Grade::X,
        (None, Some(Ranged::At(place))) => {
            know(places, place);
            Grade::R
        }
        (None, Some(Ranged::Shared)) => Grade::X,
        // A declaration or a range that would have decided is too old: nothing weaker takes its place.
        (None, None) if address.range.is_some() || host.declared.is_some() => {
            let range = address.range.as_ref().map(|range| &range.evidence);
            let said = host.declared.as_ref().map(|said| &said.evidence);
            for old in range.into_iter().chain(said) {
                cite(places, old);
            }
            places.stale = true;
            Grade::N
        }
        (None, None) => match &address.estimate {
            _ if lowered => Grade::X,
            None => Grade::N,
            Some(estimate) => {
                cite(places, &estimate.evidence);
                match estimate.says {
                    _ if estimate.stale => {
                        places.stale = true;
                        Grade::N
                    }
                    Estimate::Anycast => Grade::X,
                    Estimate::Country(country) => {
                        if !places.estimated.contains(&country) {
                            places.estimated.push(country);
                        }
                        Grade::G
                    }
                }
            }
        },
    }
}

/// Whether a declared place covers a published one: the same region, or the country it lies in.
fn agree(declared: &Place, published: &Place) -> bool {
    match (declared, published) {
        (Place::Region(declared), Place::Region(published)) => declared.region == published.region,
        _ => declared.country() == published.country(),
    }
}

fn know(places: &mut EndpointPlaces, place: Place) {
    if !places.known.contains(&place) {
        places.known.push(place);
    }
}

fn cite(places: &mut EndpointPlaces, evidence: &EvidenceId) {
    if !places.evidence.contains(evidence) {
        places.evidence.push(evidence.clone());
    }
}
