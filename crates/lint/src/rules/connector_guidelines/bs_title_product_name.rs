use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::texts::PRODUCT_NAMES;
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-TitleProductName",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The title holds the name of one of the platform's products as whole words, in any letter case: Power \
           Apps (also in one word), Power Automate, Power BI, Power Pages, Power Platform, Copilot Studio, Logic \
           Apps, Microsoft Flow, Dataverse.",
    why: "These names belong to their owner; in a title they suggest that the owner of the platform published the \
           connector.",
    fix: "name the service that the connector reaches, without the product name",
    bad: &[Example::Definition(
        r#"
{ "info": { "title": "Contoso for Power BI" } }
                     ^^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "info": { "title": "Contoso Power Bill", "description": "Shows orders in Power BI." } }
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "title": "Solar Power and Apps" } }
"#,
        ),
    ],
    visits: &[Visit::Info(check)],
};

fn check(_: &Context<'_>, info: Node<'_>, out: &mut Out<'_>) {
    let Some(title) = info.get("title") else { return };
    if let Some(name) = title.as_str().and_then(|text| PRODUCT_NAMES.first_in(text)) {
        out.at(title, format!("the title holds the product name `{name}`"));
    }
}
