//! The decision table against a short model of it, written from the table's text and sharing nothing with it but names.

#![allow(
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict"
)]
#![cfg(test)]

use backshell_boundary::{
    AllowedSet, Answer, CountryCode, EndpointPlaces, Grade, Grant, Place, Question, RegionFacts, decide, regions,
};
use backshell_model::{
    Boundary, Egress, Environment, EnvironmentId, GrantId, Infrastructure, Region, TenantId, Timestamp,
};
use backshell_testkit::SeededRandom;
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000;

/// Everything the table looks at, as plain values.
#[derive(Clone, Debug)]
struct Case {
    home: &'static RegionFacts,
    boundary: Boundary,
    refuse: bool,
    internal: bool,
    grade: Grade,
    regions: Vec<&'static RegionFacts>,
    countries: Vec<&'static str>,
    stale: bool,
    conflict: bool,
    /// What a grant opens, and when: before now, now, or later.
    grants: Vec<(Vec<&'static str>, i8)>,
}

fn public(facts: &RegionFacts) -> bool {
    matches!(facts.cloud, "azure-public" | "aws-public" | "gcp-public")
}

fn region_inside(case: &Case, at: &RegionFacts) -> bool {
    match &case.boundary {
        Boundary::Region => at.region == case.home.region,
        Boundary::Geography => {
            at.geography == case.home.geography && (at.cloud == case.home.cloud || (public(at) && public(case.home)))
        }
        Boundary::List(list) => list.iter().any(|name| name.as_str() == at.region),
    }
}

/// A country is inside when some region in it is, and each region of the realm in it has the geography of one inside.
fn country_inside(case: &Case, country: &str) -> bool {
    let in_realm = |at: &RegionFacts| at.cloud == case.home.cloud || (public(at) && public(case.home));
    let there = || regions().iter().filter(|at| at.country == country && in_realm(at));
    let ours = |geography: &str| there().any(|at| at.geography == geography && region_inside(case, at));
    case.boundary != Boundary::Region && there().count() > 0 && there().all(|at| ours(at.geography))
}

fn granted(case: &Case, place: &str) -> bool {
    case.grants.iter().any(|(places, when)| *when == 0 && places.contains(&place))
}

fn model(case: &Case) -> (&'static str, Answer) {
    use Answer::{Allow, AllowWithNotice, Refuse};
    let soft = if case.refuse { Refuse } else { AllowWithNotice };
    if case.stale && case.refuse {
        return ("D07", Refuse);
    }
    let known_in = case.regions.iter().all(|at| region_inside(case, at));
    if case.internal {
        let graded = matches!(case.grade, Grade::R | Grade::SR | Grade::Inventory);
        return if known_in && graded { ("D09", Allow) } else { ("D10", Refuse) };
    }
    let outside: Vec<&str> = case.regions.iter().filter(|at| !region_inside(case, at)).map(|at| at.region).collect();
    if outside.iter().any(|place| !granted(case, place)) {
        return ("D11", soft);
    }
    let strangers: Vec<&&str> = case.countries.iter().filter(|code| !country_inside(case, code)).collect();
    let one = case.boundary == Boundary::Region;
    match case.grade {
        Grade::N | Grade::X => (if one { "D18" } else { "D20" }, soft),
        Grade::G if one => ("D15", soft),
        Grade::G if strangers.iter().any(|code| !granted(case, code)) => ("D17", soft),
        Grade::G if strangers.is_empty() && outside.is_empty() => ("D16", AllowWithNotice),
        Grade::G => ("D12", AllowWithNotice),
        // The inventory speaks of the operator's own services alone.
        Grade::Inventory => ("D20", soft),
        _ if !outside.is_empty() => ("D12", AllowWithNotice),
        Grade::R => ("D14", Allow),
        Grade::S | Grade::SR => ("D13", Allow),
    }
}

fn real(case: &Case) -> (&'static str, Answer) {
    let random = SeededRandom::new(5);
    let now = Timestamp::from_secs(NOW);
    let environment = Environment {
        id: EnvironmentId::generate(now, &random),
        tenant: TenantId::generate(now, &random),
        name: "e".to_owned(),
        home: Region::new(case.home.region),
        boundary: case.boundary.clone(),
        egress: if case.refuse { Egress::Refuse } else { Egress::Notice },
        created_at: now,
    };
    let allowed = AllowedSet::of(&environment).unwrap();
    let grants: Vec<Grant> = case
        .grants
        .iter()
        .map(|(places, when)| {
            let from = now.plus_secs(i64::from(*when) * 100);
            Grant {
                id: GrantId::generate(now, &random),
                places: places.iter().map(|name| Place::parse(name).unwrap()).collect(),
                from,
                until: from.plus_secs(100),
            }
        })
        .collect();
    let places = EndpointPlaces {
        grade: case.grade,
        known: case.regions.iter().map(|at| Place::Region(at)).collect(),
        estimated: case.countries.iter().map(|code| CountryCode::parse(code).unwrap()).collect(),
        stale: case.stale,
        conflict: case.conflict,
        evidence: Vec::new(),
    };
    let infrastructure = if case.internal { Infrastructure::Internal } else { Infrastructure::External };
    let question = Question { allowed: &allowed, egress: environment.egress, infrastructure, grants: &grants, now };
    let decision = decide(&question, places);
    assert_eq!(decision.grants.is_empty(), decision.row.as_str() != "D12");
    (decision.row.as_str(), decision.answer)
}

fn any_region() -> impl Strategy<Value = &'static RegionFacts> {
    (0..regions().len()).prop_map(|index| &regions()[index])
}

/// Regions near each other, so that being inside is as likely as being outside.
fn neighbours(home: &'static RegionFacts) -> impl Strategy<Value = &'static RegionFacts> {
    let near: Vec<&'static RegionFacts> = regions()
        .iter()
        .filter(|at| at.geography == home.geography || at.country == home.country || at.cloud != home.cloud)
        .collect();
    prop_oneof![2 => proptest::sample::select(near), 1 => any_region()]
}

fn case() -> impl Strategy<Value = Case> {
    any_region().prop_flat_map(|home| {
        let list = proptest::collection::vec(neighbours(home), 0..5).prop_map(move |list| {
            let same = |at: &&RegionFacts| at.cloud == home.cloud || (public(at) && public(home));
            let names = list.iter().copied().filter(same).chain([home]).map(|at| Region::new(at.region));
            Boundary::List(names.collect())
        });
        let boundary = prop_oneof![Just(Boundary::Region), Just(Boundary::Geography), list];
        let countries = prop_oneof![
            3 => Just(home.country),
            1 => any_region().prop_map(|at| at.country),
            1 => Just("AQ"),
        ];
        let grade = proptest::sample::select(&Grade::ALL[..]);
        let places = (
            proptest::collection::vec(prop_oneof![2 => Just(home), 3 => neighbours(home)], 0..3),
            proptest::collection::vec(countries, 0..3),
        );
        (boundary, grade, places, any::<[bool; 2]>(), 0..4_u8, 0..4_u8, any::<[u8; 3]>()).prop_map(
            move |(boundary, grade, (at, countries), [refuse, internal], stale, conflict, seeds)| {
                // Grants name some of the places, or others.
                let mut names: Vec<&'static str> = at.iter().map(|at| at.region).collect();
                names.extend(&countries);
                names.push("eastus");
                let grants = seeds
                    .iter()
                    .map(|seed| {
                        let opened = names.iter().enumerate().filter(|(index, _)| seed >> index & 1 == 1);
                        (opened.map(|(_, name)| *name).collect(), [0, 0, 0, -1, 1][usize::from(seed % 5)])
                    })
                    .collect();
                let (stale, conflict) = (stale == 0, conflict == 0);
                Case { home, boundary, refuse, internal, grade, regions: at, countries, stale, conflict, grants }
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_table_agrees_with_the_model(case in case()) {
        // Estimates count only where the grade says that they were needed, as the evidence is put together.
        let case = if case.grade == Grade::G { case } else { Case { countries: Vec::new(), ..case } };
        prop_assert_eq!(real(&case), model(&case), "{:?}", case);
    }
}
