use crate::Out;
use crate::rule::{Content, Example, Group, PROPERTIES, Rule, Source, Visit};
use crate::view::PropertiesFile;
use backshell_findings::Severity;
use backshell_model::PublisherKind;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsIconBrandColorPublisher",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The connector of an independent publisher has another `iconBrandColor` than `#da3b01`. That a verified \
           publisher's has just this one is a warning. Letter case is ignored; an absent colour is left to \
           BS-PropsIconBrandColorFormat. Judged where the kind of publisher is known.",
    why: "The colour tells users at a glance that a connector does not come from the company whose service it calls.",
    fix: "use #da3b01 for an independent publisher's connector, and a colour of the brand for a verified publisher's",
    bad: &[
        Example::Package {
            publisher_kind: Some(PublisherKind::Independent),
            files: &[(
                PROPERTIES,
                Content::Text(
                    r##"
{ "properties": { "iconBrandColor": "#1f6f54" } }
                                    ^^^^^^^^^
"##,
                ),
            )],
            whole: &[],
        },
        Example::Package {
            publisher_kind: Some(PublisherKind::Verified),
            files: &[(
                PROPERTIES,
                Content::Text(
                    r##"
{ "properties": { "iconBrandColor": "#DA3B01" } }
                                    ^^^^^^^^^
"##,
                ),
            )],
            whole: &[],
        },
    ],
    good: &[
        Example::Package {
            publisher_kind: Some(PublisherKind::Independent),
            files: &[(PROPERTIES, Content::Text(r##"{ "properties": { "iconBrandColor": "#DA3B01" } }"##))],
            whole: &[],
        },
        Example::Package {
            publisher_kind: Some(PublisherKind::Platform),
            files: &[(PROPERTIES, Content::Text(r##"{ "properties": { "iconBrandColor": "#da3b01" } }"##))],
            whole: &[],
        },
        Example::Properties(r##"{ "properties": { "iconBrandColor": "#1f6f54" } }"##),
    ],
    visits: &[Visit::Properties(check)],
};

const INDEPENDENT: &str = "#da3b01";

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let Some(kind) = file.facts.publisher_kind else { return };
    let Some(color) = file.properties.node().and_then(|properties| properties.get("iconBrandColor")) else { return };
    let is_independent = color.as_str().is_some_and(|text| text.eq_ignore_ascii_case(INDEPENDENT));
    match kind {
        PublisherKind::Independent if !is_independent => {
            out.at(color, format!("the colour of an independent publisher's connector is `{INDEPENDENT}`"));
        }
        PublisherKind::Verified if is_independent => {
            let message = format!("`{INDEPENDENT}` is the colour of independent publishers");
            out.severity(Severity::Warning).at(color, message);
        }
        PublisherKind::Platform | PublisherKind::Verified | PublisherKind::Independent => {}
    }
}
