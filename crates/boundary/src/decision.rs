//! The decision table for the place of an endpoint: rows D07 to D20, tried from the top, the first that fits decides.
//!
//! The rows before them are answered where they are asked: D01 by [`AllowedSet::of`], D02 to D04 by
//! [`cell_decision`](crate::cell_decision), D05 by the permission that every request needs first, D06 by
//! [`place`](crate::place).

use crate::allowed::AllowedSet;
use crate::endpoint::{EndpointPlaces, EvidenceId, Grade, Place};
use crate::row::{Answer, Row};
use backshell_model::{Egress, GrantId, Infrastructure, Timestamp};

/// A recorded crossing grant, as far as the table needs it: it already belongs to this connector, version and
/// environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Names it in records.
    pub id: GrantId,
    /// The exact places that it opens.
    pub places: Vec<Place>,
    /// When it begins to hold.
    pub from: Timestamp,
    /// From then on it holds no longer.
    pub until: Timestamp,
}

impl Grant {
    fn opens(&self, place: Place, now: Timestamp) -> bool {
        self.from <= now && now < self.until && self.places.contains(&place)
    }
}

/// What the table is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The environment's allowed set, which knows home and mode.
    pub allowed: &'a AllowedSet,
    /// The environment's egress setting.
    pub egress: Egress,
    /// Where the connector's service runs.
    pub infrastructure: Infrastructure,
    /// The grants for this connector, version and environment.
    pub grants: &'a [Grant],
    /// The time.
    pub now: Timestamp,
}

/// How the table answers, and on what ground. This is what is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The row that decided.
    pub row: Row,
    /// Its answer under the environment's egress setting; never [`Answer::GoOn`].
    pub answer: Answer,
    /// Where the endpoint is, with grade and evidence.
    pub places: EndpointPlaces,
    /// The grants that were used: those that open the places outside the boundary.
    pub grants: Vec<GrantId>,
}

impl Decision {
    /// The reason code.
    pub const fn reason(&self) -> &'static str {
        self.row.reason()
    }

    /// Whether the answer must say that the destination is worth a remark.
    pub fn notice(&self) -> bool {
        self.answer == Answer::AllowWithNotice
    }

    /// The evidence that was looked at.
    pub fn evidence(&self) -> &[EvidenceId] {
        &self.places.evidence
    }
}

/// What the rows ask about.
#[derive(Clone, Copy, Debug)]
struct Facts {
    grade: Grade,
    stale_refused: bool,
    conflict: bool,
    internal: bool,
    one_region: bool,
    /// A declared or published place lies outside.
    known_outside: bool,
    /// As before, and no grant opens it.
    known_closed: bool,
    /// An estimated country is not one of the boundary alone.
    estimated_outside: bool,
    /// As before, and no grant opens it.
    estimated_closed: bool,
}

impl Facts {
    fn graded(&self, grades: &[Grade]) -> bool {
        grades.contains(&self.grade)
    }
}

/// A row and when it fits.
struct Rule(Row, fn(&Facts) -> bool);

use Grade::{G, Inventory, N, R, S, SR, X};

/// The table. A row whose answer is to go on has no effect here: what it changes was changed when the evidence was put
/// together. D19 has no condition of its own: whether an unknown place is accepted is the egress setting's to say.
const TABLE: &[Rule] = &[
    Rule(Row::D07, |facts| facts.stale_refused),
    Rule(Row::D08, |facts| facts.conflict),
    Rule(Row::D09, |facts| facts.internal && !facts.known_outside && facts.graded(&[Inventory, SR, R])),
    Rule(Row::D10, |facts| facts.internal),
    Rule(Row::D11, |facts| facts.known_closed),
    Rule(Row::D12, |facts| {
        let estimate = facts.graded(&[G]) && !facts.one_region && !facts.estimated_closed;
        (facts.known_outside && (facts.graded(&[SR, S, R]) || estimate)) || (facts.estimated_outside && estimate)
    }),
    Rule(Row::D13, |facts| facts.graded(&[SR, S])),
    Rule(Row::D14, |facts| facts.graded(&[R])),
    Rule(Row::D15, |facts| facts.graded(&[G]) && facts.one_region),
    Rule(Row::D16, |facts| facts.graded(&[G]) && !facts.estimated_outside),
    Rule(Row::D17, |facts| facts.graded(&[G])),
    Rule(Row::D18, |facts| facts.graded(&[X, N]) && facts.one_region),
    Rule(Row::D19, |_| false),
    Rule(Row::D20, |_| true),
];

/// Asks the table. Pure: the same question about the same places has the same answer.
pub fn decide(question: &Question<'_>, places: EndpointPlaces) -> Decision {
    let outside = |place: &Place| !question.allowed.holds(place);
    let closed = |place: &Place| !question.grants.iter().any(|grant| grant.opens(*place, question.now));
    let known: Vec<Place> = places.known.iter().copied().filter(outside).collect();
    let estimated: Vec<Place> = places.estimated.iter().copied().map(Place::Country).filter(outside).collect();
    let facts = Facts {
        grade: places.grade,
        stale_refused: places.stale && question.egress == Egress::Refuse,
        conflict: places.conflict,
        internal: question.infrastructure == Infrastructure::Internal,
        one_region: question.allowed.is_one_region(),
        known_outside: !known.is_empty(),
        known_closed: known.iter().any(closed),
        estimated_outside: !estimated.is_empty(),
        estimated_closed: estimated.iter().any(closed),
    };
    let (row, answer) = TABLE
        .iter()
        .filter(|rule| (rule.1)(&facts))
        .map(|rule| (rule.0, rule.0.answer(question.egress)))
        .find(|(_, answer)| *answer != Answer::GoOn)
        .unwrap_or((Row::D20, Answer::Refuse));
    let mut grants = Vec::new();
    if row == Row::D12 {
        for place in known.iter().chain(&estimated) {
            let used = question.grants.iter().find(|grant| grant.opens(*place, question.now)).map(|grant| grant.id);
            grants.extend(used.filter(|id| !grants.contains(id)));
        }
    }
    Decision { row, answer, places, grants }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{environment, places};
    use backshell_model::Boundary;
    use backshell_testkit::SeededRandom;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn grant(opened: &[&str], from: i64, until: i64) -> Grant {
        Grant {
            id: GrantId::generate(NOW, &SeededRandom::new(3)),
            places: opened.iter().map(|name| Place::parse(name).unwrap()).collect(),
            from: NOW.plus_secs(from),
            until: NOW.plus_secs(until),
        }
    }

    /// Home is `uksouth`.
    struct Ask {
        boundary: Boundary,
        egress: Egress,
        infrastructure: Infrastructure,
        grants: Vec<Grant>,
    }

    fn ask(boundary: Boundary) -> Ask {
        Ask { boundary, egress: Egress::Refuse, infrastructure: Infrastructure::External, grants: Vec::new() }
    }

    impl Ask {
        fn about(&self, places: EndpointPlaces) -> Decision {
            let allowed = AllowedSet::of(&environment("uksouth", self.boundary.clone())).unwrap();
            let question = Question {
                allowed: &allowed,
                egress: self.egress,
                infrastructure: self.infrastructure,
                grants: &self.grants,
                now: NOW,
            };
            decide(&question, places)
        }

        /// What is answered under `refuse`, and under `notice`.
        fn both(&self, places: &EndpointPlaces) -> [(Row, Answer); 2] {
            [Egress::Refuse, Egress::Notice].map(|egress| {
                let ask = Ask { egress, boundary: self.boundary.clone(), grants: self.grants.clone(), ..*self };
                let decision = ask.about(places.clone());
                (decision.row, decision.answer)
            })
        }
    }

    use Answer::{Allow, AllowWithNotice as Notice, Refuse};
    use Boundary::{Geography, Region as One};

    #[test]
    fn d07_stale_evidence_refuses_or_counts_for_nothing() {
        let stale = EndpointPlaces { stale: true, ..EndpointPlaces::unknown() };
        assert_eq!(ask(Geography).both(&stale), [(Row::D07, Refuse), (Row::D20, Notice)]);
        assert_eq!(ask(One).both(&stale), [(Row::D07, Refuse), (Row::D18, Notice)]);
        assert_eq!(ask(One).about(stale).reason(), "evidence_stale");
    }

    #[test]
    fn d08_a_conflict_goes_on_with_both_places() {
        let conflict = EndpointPlaces { conflict: true, ..places(Grade::R, &["uksouth", "eastus"]) };
        assert_eq!(ask(Geography).both(&conflict), [(Row::D11, Refuse), (Row::D11, Notice)]);
        let inside = EndpointPlaces { conflict: true, ..places(Grade::R, &["uksouth", "ukwest"]) };
        assert_eq!(ask(Geography).both(&inside), [(Row::D14, Allow); 2]);
    }

    #[test]
    fn d09_an_internal_service_inside() {
        let internal = Ask { infrastructure: Infrastructure::Internal, ..ask(Geography) };
        for grade in [Grade::Inventory, Grade::R, Grade::SR] {
            assert_eq!(internal.both(&places(grade, &["ukwest"])), [(Row::D09, Allow); 2], "{grade}");
        }
    }

    #[test]
    fn d10_any_other_internal_service_even_with_a_grant() {
        let grants = vec![grant(&["eastus", "US"], 0, 60)];
        let internal = Ask { infrastructure: Infrastructure::Internal, grants, ..ask(Geography) };
        for (grade, at) in [
            (Grade::Inventory, &["eastus"][..]),
            (Grade::SR, &["uksouth", "eastus"]),
            (Grade::S, &["uksouth"]),
            (Grade::G, &[]),
            (Grade::X, &[]),
            (Grade::N, &[]),
        ] {
            assert_eq!(internal.both(&places(grade, at)), [(Row::D10, Refuse); 2], "{grade}");
        }
    }

    #[test]
    fn d11_a_known_place_outside() {
        for grade in [Grade::S, Grade::R, Grade::SR, Grade::G, Grade::X, Grade::N] {
            let outside = places(grade, &["uksouth", "eastus"]);
            assert_eq!(ask(Geography).both(&outside), [(Row::D11, Refuse), (Row::D11, Notice)], "{grade}");
        }
        assert_eq!(ask(One).both(&places(Grade::R, &["ukwest"])), [(Row::D11, Refuse), (Row::D11, Notice)]);
        assert_eq!(ask(Geography).both(&places(Grade::R, &["AR"])), [(Row::D11, Refuse), (Row::D11, Notice)]);
    }

    #[test]
    fn d12_only_a_grant_that_holds_now_for_this_very_place() {
        let outside = places(Grade::R, &["uksouth", "eastus"]);
        for (grants, row) in [
            (vec![grant(&["eastus"], 0, 60)], Row::D12),
            (vec![grant(&["westus", "eastus"], -60, 1)], Row::D12),
            (vec![grant(&["westus"], 0, 60), grant(&["eastus"], 0, 60)], Row::D12),
            (vec![grant(&["eastus"], -60, 0)], Row::D11),
            (vec![grant(&["eastus"], 1, 60)], Row::D11),
            (vec![grant(&["eastus2"], 0, 60)], Row::D11),
            (vec![grant(&["US"], 0, 60)], Row::D11),
        ] {
            let decision = Ask { grants, ..ask(Geography) }.about(outside.clone());
            assert_eq!((decision.row, decision.grants.is_empty()), (row, row == Row::D11));
            assert_eq!(decision.answer == Notice, row == Row::D12);
        }
        // A grant for a place that is known says nothing about addresses of which nothing is known.
        let granted = Ask { grants: vec![grant(&["eastus"], 0, 60)], ..ask(Geography) };
        let half = places(Grade::N, &["eastus"]);
        assert_eq!(granted.both(&half), [(Row::D20, Refuse), (Row::D20, Notice)]);
        assert_eq!(granted.about(half).grants, []);
    }

    #[test]
    fn d13_and_d14_every_place_inside() {
        for (grade, row) in [(Grade::S, Row::D13), (Grade::SR, Row::D13), (Grade::R, Row::D14)] {
            assert_eq!(ask(One).both(&places(grade, &["uksouth"])), [(row, Allow); 2]);
            assert_eq!(ask(Geography).both(&places(grade, &["uksouth", "ukwest", "eu-west-2"])), [(row, Allow); 2]);
        }
    }

    fn estimated(countries: &[&str]) -> EndpointPlaces {
        let estimated = countries.iter().map(|code| crate::CountryCode::parse(code).unwrap()).collect();
        EndpointPlaces { grade: Grade::G, estimated, ..EndpointPlaces::unknown() }
    }

    #[test]
    fn d15_an_estimate_is_too_weak_for_one_region() {
        assert_eq!(ask(One).both(&estimated(&["GB"])), [(Row::D15, Refuse), (Row::D15, Notice)]);
        let granted = Ask { grants: vec![grant(&["GB", "US"], 0, 60)], ..ask(One) };
        assert_eq!(granted.both(&estimated(&["US"])), [(Row::D15, Refuse), (Row::D15, Notice)]);
    }

    #[test]
    fn d16_an_estimate_that_is_the_boundary_s_alone() {
        assert_eq!(ask(Geography).both(&estimated(&["GB"])), [(Row::D16, Notice); 2]);
        let mixed = EndpointPlaces { known: places(Grade::R, &["ukwest"]).known, ..estimated(&["GB"]) };
        assert_eq!(ask(Geography).both(&mixed), [(Row::D16, Notice); 2]);
    }

    #[test]
    fn d17_any_other_estimate_and_d12_for_it() {
        assert_eq!(ask(Geography).both(&estimated(&["GB", "FR"])), [(Row::D17, Refuse), (Row::D17, Notice)]);
        let granted = Ask { grants: vec![grant(&["FR"], 0, 60)], ..ask(Geography) };
        assert_eq!(granted.both(&estimated(&["GB", "FR"])), [(Row::D12, Notice); 2]);
        assert_eq!(granted.both(&estimated(&["DE", "FR"])), [(Row::D17, Refuse), (Row::D17, Notice)]);
    }

    #[test]
    fn d18_and_d20_an_unknown_place() {
        for grade in [Grade::X, Grade::N] {
            let unknown = EndpointPlaces { grade, ..EndpointPlaces::unknown() };
            assert_eq!(ask(One).both(&unknown), [(Row::D18, Refuse), (Row::D18, Notice)]);
            assert_eq!(ask(Geography).both(&unknown), [(Row::D20, Refuse), (Row::D20, Notice)]);
        }
    }

    /// What D19 would accept is what `notice` lets go on with a notice by D18 or D20: there is one setting and not two, so
    /// that no question comes to D19.
    #[test]
    fn d19_is_reserved_and_decides_nothing() {
        let all =
            Grade::ALL.into_iter().flat_map(|grade| [(grade, &[][..]), (grade, &["ukwest"]), (grade, &["eastus"])]);
        for (grade, known) in all {
            for (stale, conflict) in [(false, false), (true, false), (false, true)] {
                let places = EndpointPlaces { stale, conflict, ..places(grade, known) };
                for (boundary, infrastructure) in [
                    (Geography, Infrastructure::External),
                    (One, Infrastructure::External),
                    (Geography, Infrastructure::Internal),
                ] {
                    let asked = Ask { infrastructure, ..ask(boundary) }.both(&places);
                    assert!(asked.iter().all(|(row, _)| *row != Row::D19), "{grade} {known:?}");
                }
            }
        }
    }

    #[test]
    fn the_table_has_every_row_from_d07_once_and_in_order() {
        let rows: Vec<Row> = TABLE.iter().map(|rule| rule.0).collect();
        assert_eq!(rows, Row::ALL[6..]);
    }
}
