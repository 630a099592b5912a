//! Where may data go? The only maker of [`Placed`], without which no secret is opened and nothing is sent.
//!
//! Three questions, in the order in which a call asks them: may this cell process it at all ([`cell_decision`],
//! which wants to know who vouches for the cell: [`Attestation`]); is its
//! final host a verified one that leads to public addresses; and what does the decision table say about the place of
//! that host (both [`place`]). What is known about places is [`Evidence`], put together by [`grade()`]; the table is
//! [`decide`], its rows with their reason codes are [`Row`]; the regions are in `data/regions.tsv`.
//!
//! What this crate does not do: it opens no socket and asks no name server itself (a [`Resolver`] is passed in), and it
//! follows nothing: a redirect or a paging link is a new request that is placed again.
//!
//! Start reading at [`place`], then [`AllowedSet`].

mod address;
mod allowed;
mod attestation;
mod cell;
mod coordinates;
mod country;
mod decision;
mod destination;
mod endpoint;
pub mod evidence;
mod grade;
mod inventory;
mod judge;
mod link;
mod place;
mod private;
mod regions;
mod resolve;
mod responsibility;
mod row;
#[cfg(test)]
mod testing;
mod vetted;

pub use address::{AddressRefused, AddressRules, address_verdict};
pub use allowed::{AllowedSet, BoundaryError};
pub use attestation::{
    AttestError, Attestation, CellKey, CellKeyError, CellStatement, MAX_ATTESTATION_BYTES, MAX_ATTESTED_SECONDS,
    NodeKey, OperatorKey, SigningKeyError, Unattested, Vouched, generate_cell_key,
};
pub use cell::{Attested, Attester, CellIdentity, CellInside, Claim, WrongCell, cell_decision};
pub use coordinates::{Coordinates, coordinates};
pub use country::CountryCode;
pub use decision::{Decision, Grant, Question, decide};
pub use destination::Destinations;
pub use endpoint::{EndpointPlaces, EvidenceId, Grade, Place};
pub use evidence::EvidenceBase;
pub use grade::{AddressEvidence, Declared, Estimate, Evidence, HostEvidence, NoEvidence, Ranged, Statement, grade};
pub use inventory::Inventory;
pub use judge::{Destination, judge};
pub use link::{Link, LinkRefused, read_link};
pub use place::{Judged, PlaceRefused, Placed, RefusalCode, Terms, judge_root, place};
pub use private::{NotPrivate, PrivateService};
pub use regions::{RegionFacts, region, region_in_host, regions};
pub use resolve::{
    EndpointRefused, MAX_ADDRESSES, MAX_ALIASES, ResolveError, Resolved, Resolver, may_be_alias, resolve_endpoint,
};
pub use responsibility::{Responsibility, responsibility};
pub use row::{Answer, Row};
pub use vetted::{Vetted, VettingRefused, vet};
