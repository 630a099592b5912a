//! The profile table: which checks each kind of publisher and infrastructure asks for, and who answers for the data.
//!
//! This is the requirement, cell by cell; the pipeline only looks up.

use backshell_findings::Check;
use backshell_model::{Infrastructure, PublisherKind};

/// A cell of the table.
#[derive(Clone, Copy, Debug)]
pub enum Cell {
    /// Publication is possible under this profile.
    Checks(&'static Profile),
    /// Publication is not possible, for this reason.
    Refused(&'static str),
}

/// What a cell that allows publication asks for.
#[derive(Debug)]
pub struct Profile {
    /// The checks, in the order in which they run.
    pub checks: &'static [Check],
    /// Who answers for the data once it is at the service.
    pub answers: Answers,
}

/// Who answers for the data once it is at the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// The platform operator, under its own policy.
    Operator,
    /// The external company that runs the service, under its policy; the operator up to the border.
    ExternalCompany,
    /// The publisher's company, under its policy; the operator up to the border.
    PublisherCompany,
}

/// Endpoint, Swagger, breaking changes, and the quality and verification checks (malware, publisher, functional): at
/// present these are also all the checks there are for data protection.
const EVERY_CHECK: &[Check] =
    &[Check::Swagger, Check::Breaking, Check::Malware, Check::Publisher, Check::Endpoint, Check::Functional];

const THIRD_PARTY_INSIDE: &str = "a third party cannot publish for the operator's own infrastructure";

/// The table.
pub const TABLE: &[(PublisherKind, Infrastructure, Cell)] = &[
    (
        PublisherKind::Platform,
        Infrastructure::Internal,
        Cell::Checks(&Profile { checks: EVERY_CHECK, answers: Answers::Operator }),
    ),
    (
        PublisherKind::Platform,
        Infrastructure::External,
        Cell::Checks(&Profile { checks: EVERY_CHECK, answers: Answers::ExternalCompany }),
    ),
    (
        PublisherKind::Verified,
        Infrastructure::External,
        Cell::Checks(&Profile { checks: EVERY_CHECK, answers: Answers::PublisherCompany }),
    ),
    (PublisherKind::Verified, Infrastructure::Internal, Cell::Refused(THIRD_PARTY_INSIDE)),
    (
        PublisherKind::Independent,
        Infrastructure::External,
        Cell::Checks(&Profile { checks: EVERY_CHECK, answers: Answers::PublisherCompany }),
    ),
    (PublisherKind::Independent, Infrastructure::Internal, Cell::Refused(THIRD_PARTY_INSIDE)),
];

/// The cell of a publisher and an infrastructure.
pub fn cell(publisher: PublisherKind, infrastructure: Infrastructure) -> Cell {
    let found = TABLE.iter().find(|(kind, place, _)| (*kind, *place) == (publisher, infrastructure));
    found.map_or(Cell::Refused("the profile table has no such cell"), |(_, _, cell)| *cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_there_once() {
        for publisher in PublisherKind::ALL {
            for infrastructure in Infrastructure::ALL {
                let cells =
                    TABLE.iter().filter(|(kind, place, _)| (kind, place) == (publisher, infrastructure)).count();
                assert_eq!(cells, 1, "{publisher} x {infrastructure}");
            }
        }
    }

    #[test]
    fn exactly_the_third_parties_inside_are_refused() {
        for (publisher, infrastructure, cell) in TABLE {
            let third_party_inside =
                *publisher != PublisherKind::Platform && *infrastructure == Infrastructure::Internal;
            assert_eq!(matches!(cell, Cell::Refused(_)), third_party_inside, "{publisher} x {infrastructure}");
        }
    }
}
