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
    let mut about = evidence.about(to.host, to.chain, to.addresses, question.now);
    let listed = inventory.region_of(to.host).and_then(|name| region(name.as_str()));
    let Some(listed) = listed.filter(|_| question.infrastructure == Infrastructure::Internal).map(Place::Region) else {
        return decide(question, grade(&about));
    };
    // An estimate counts only where nothing better speaks, and the operator vouches for its own services.
    for address in &mut about.addresses {
        address.estimate = None;
    }
    let mut places = grade(&about);
    // A published range that says otherwise counts as a place, too. One that is too old could have said so, and the inventory
    // does not make up for it: D07 refuses it under `refuse`, and D10 by what is left under `notice`. So ageing never makes an
    // answer milder.
    let grade = if places.stale { places.grade } else { Grade::Inventory };
    places.known.retain(|place| *place != listed);
    places.known.insert(0, listed);
    decide(question, EndpointPlaces { grade, ..places })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allowed::AllowedSet;
    use crate::country::CountryCode;
    use crate::endpoint::EvidenceId;
    use crate::grade::{AddressEvidence, Estimate, HostEvidence, Ranged, Statement};
    use crate::row::{Answer, Row};
    use crate::testing::environment;
    use backshell_model::{Boundary, Egress, Region, Timestamp};

    #[derive(Clone, Debug, Default)]
    struct About(AddressEvidence);

    impl Evidence for About {
        fn about(&self, _: &HostName, _: &[Arc<str>], _: &[IpAddr], _: Timestamp) -> HostEvidence {
            HostEvidence { addresses: vec![self.0.clone()], ..HostEvidence::default() }
        }
    }

    fn ranged(region: &str, stale: bool) -> About {
        let says = Ranged::At(Place::parse(region).unwrap());
        About(AddressEvidence { range: Some(said(says, stale)), ..AddressEvidence::default() })
    }

    fn said<T>(says: T, stale: bool) -> Statement<T> {
        Statement { evidence: EvidenceId::new("aws:00"), says, stale }
    }

    /// What is said of an internal host that the inventory lists at home, under `refuse` and under `notice`.
    fn listed(about: &About) -> [(Row, Answer); 2] {
        let host = HostName::parse("erp.contoso.com").unwrap();
        let inventory: Inventory = [(host.clone(), Region::new("uksouth"))].into_iter().collect();
        let allowed = AllowedSet::of(&environment("uksouth", Boundary::Geography)).unwrap();
        [Egress::Refuse, Egress::Notice].map(|egress| {
            let question = Question {
                allowed: &allowed,
                egress,
                infrastructure: Infrastructure::Internal,
                grants: &[],
                now: Timestamp::from_secs(1_800_000_000),
            };
            let to = Destination { host: &host, chain: &[], addresses: &["20.0.113.7".parse().unwrap()] };
            let decision = judge(&question, about, &inventory, &to);
            (decision.row, decision.answer)
        })
    }

    #[test]
    fn the_inventory_does_not_make_old_evidence_young() {
        use Answer::{Allow, Refuse};
        assert_eq!(listed(&About::default()), [(Row::D09, Allow); 2]);
        assert_eq!(listed(&ranged("ukwest", false)), [(Row::D09, Allow); 2]);
        assert_eq!(listed(&ranged("eastus", false)), [(Row::D10, Refuse); 2], "a range that says otherwise counts");
        assert_eq!(listed(&ranged("eastus", true)), [(Row::D07, Refuse), (Row::D10, Refuse)]);
        assert_eq!(
            listed(&ranged("ukwest", true)),
            [(Row::D07, Refuse), (Row::D10, Refuse)],
            "nobody knows what it said"
        );
        let old = Estimate::Country(CountryCode::parse("US").unwrap());
        let old = About(AddressEvidence { estimate: Some(said(old, true)), ..AddressEvidence::default() });
        assert_eq!(listed(&old), [(Row::D09, Allow); 2], "an estimate says nothing beside the inventory");
    }
}
