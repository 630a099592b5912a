//! The place of a destination, from its host and addresses to the row that decides.

use crate::decision::{Decision, Question, decide};
use crate::endpoint::{EndpointPlaces, Grade, Place};
use crate::grade::{Evidence, grade};
use crate::inventory::Inventory;
use crate::regions::region;
use backshell_model::{HostName, Infrastructure};
use std::net::IpAddr;
use std::sync::Arc;

/// Where a request would go.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// The host.
    pub host: &'a HostName,
    /// The aliases that led to the addresses, in their order.
    pub chain: &'a [Arc<str>],
    /// Every address of the host.
    pub addresses: &'a [IpAddr],
}

/// Asks the evidence about a destination, and the table (rows D07 to D20) about what it says. What a call goes through,
/// and what explains it afterwards.
pub fn judge(
    question: &Question<'_>,
    evidence: &dyn Evidence,
    inventory: &Inventory,
    to: &Destination<'_>,
) -> Decision {
    let mut places = grade(&evidence.about(to.host, to.chain, to.addresses, question.now));
    if question.infrastructure == Infrastructure::Internal
        && let Some(facts) = inventory.region_of(to.host).and_then(|name| region(name.as_str()))
    {
        // The operator vouches for its own services; a published range that says otherwise still counts as a place.
        let listed = Place::Region(facts);
        places.known.retain(|place| *place != listed);
        places.known.insert(0, listed);
        places = EndpointPlaces { grade: Grade::Inventory, estimated: Vec::new(), stale: false, ..places };
    }
    decide(question, places)
}
