//! Who answers for the data before and after it is handed over, as a decision leaves it.
//!
//! The service stores data and therefore says whose policy governs it there; who published the connector changes nothing.

use crate::row::Answer;
use backshell_model::Infrastructure;

/// Who answers for the data, in words that say no more than what is decided here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Responsibility {
    /// Until the last byte of the request leaves the cell.
    pub until_handover: &'static str,
    /// After that; `None` when nothing is sent.
    pub at_the_service: Option<&'static str>,
    /// For the answer, from its first byte in the cell; `None` when nothing is sent.
    pub for_the_answer: Option<&'static str>,
}

const OPERATOR: &str = "the platform operator";

/// Who answers for the data of a call that is decided like this.
pub const fn responsibility(answer: Answer, infrastructure: Infrastructure) -> Responsibility {
    let at_the_service = match (answer, infrastructure) {
        (Answer::Refuse | Answer::GoOn, _) => {
            return Responsibility {
                until_handover: "the platform operator; nothing is sent and no secret is read",
                at_the_service: None,
                for_the_answer: None,
            };
        }
        (_, Infrastructure::Internal) => OPERATOR,
        (Answer::Allow, Infrastructure::External) => {
            "the company that runs the service, under its own terms and privacy policy"
        }
        (Answer::AllowWithNotice, Infrastructure::External) => {
            "the company that runs the service, under its own terms and privacy policy; the environment's owner has chosen \
             the transfer"
        }
    };
    Responsibility { until_handover: OPERATOR, at_the_service: Some(at_the_service), for_the_answer: Some(OPERATOR) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_decides_and_nothing_sent_stays_with_the_operator() {
        let at = |answer, infrastructure| responsibility(answer, infrastructure).at_the_service;
        for infrastructure in [Infrastructure::Internal, Infrastructure::External] {
            let refused = responsibility(Answer::Refuse, infrastructure);
            assert_eq!((refused.at_the_service, refused.for_the_answer), (None, None));
            assert!(refused.until_handover.contains("no secret"));
        }
        assert_eq!(at(Answer::Allow, Infrastructure::Internal), Some(OPERATOR));
        assert!(at(Answer::Allow, Infrastructure::External).unwrap().contains("privacy policy"));
        assert!(at(Answer::AllowWithNotice, Infrastructure::External).unwrap().contains("owner has chosen"));
    }
}
