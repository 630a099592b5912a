//! Who answers for the data, and where the operator's power ends. Every report says it, whatever the verdict.

use crate::profile::{Answers, Profile};
use backshell_package::{Definition, ReadPackage};
use backshell_source::Node;

/// One statement about who answers for the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responsibility {
    /// What it is about.
    pub part: Part,
    /// Who answers.
    pub who: &'static str,
    /// The statement, one or two sentences.
    pub statement: String,
    /// Where the policy that holds can be read, when the definition says so. This text is the publisher's.
    pub policy: Option<String>,
}

/// What a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The data on its way through the gateway.
    InTransit,
    /// The data once it is at the service.
    AtRest,
    /// What the operator cannot control.
    BeyondControl,
    /// Why there is nothing to answer for: publication is not possible.
    Publication,
}

impl Part {
    /// The part's name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InTransit => "in_transit",
            Self::AtRest => "at_rest",
            Self::BeyondControl => "beyond_control",
            Self::Publication => "publication",
        }
    }
}

const OPERATOR: &str = "the platform operator";

/// The statements for a profile. The service stores data, not the connector: the service decides who answers for it.
pub(crate) fn statements(profile: &Profile, read: &ReadPackage) -> Vec<Responsibility> {
    let policy = privacy_policy(read);
    let in_transit = Responsibility {
        part: Part::InTransit,
        who: OPERATOR,
        statement:
            "Up to the border the data is in transit here: the platform operator answers for it, and the gateway \
                    keeps neither requests nor answers."
                .to_owned(),
        policy: None,
    };
    let (who, at_rest) = match profile.answers {
        Answers::Operator => (
            OPERATOR,
            "At rest the data is in the operator's own service: the platform operator answers for it, under its own \
             policy.",
        ),
        Answers::ExternalCompany => (
            "the company that runs the service",
            "At rest the data is in the service of an external company: that company answers for it, under its policy.",
        ),
        Answers::PublisherCompany => (
            "the publisher's company",
            "At rest the data is in the service that the publisher connects to: the publisher's company answers for it, \
             under its policy.",
        ),
    };
    let beyond = if profile.answers == Answers::Operator {
        "Service and gateway are both the operator's: beyond its control is only what callers do with the answers."
    } else {
        "Once the data is handed over, the operator cannot control where the service keeps it, how long, and to whom it \
         passes it on."
    };
    vec![
        in_transit,
        Responsibility { part: Part::AtRest, who, statement: at_rest.to_owned(), policy: policy.clone() },
        Responsibility { part: Part::BeyondControl, who, statement: beyond.to_owned(), policy },
    ]
}

/// The statement for a cell that allows no publication.
pub(crate) fn refusal(reason: &str) -> Responsibility {
    let statement = format!("Nobody takes data over: {reason}.");
    Responsibility { part: Part::Publication, who: OPERATOR, statement, policy: None }
}

/// The link that the definition gives as its privacy policy. The name is compared without regard to case: half of the
/// published connectors write it with a capital P.
fn privacy_policy(read: &ReadPackage) -> Option<String> {
    let root = read.package.definition.as_ref().map(Definition::swagger)?.node();
    let entries = root.get("x-ms-connector-metadata")?.items();
    let text = |entry: Node<'_>, name: &str| entry.get(name).and_then(Node::as_str).map(str::to_owned);
    let mut named = entries.filter(|entry| {
        text(*entry, "propertyName").is_some_and(|name| name.trim().eq_ignore_ascii_case("privacy policy"))
    });
    named.find_map(|entry| text(entry, "propertyValue")).filter(|link| !link.trim().is_empty())
}
