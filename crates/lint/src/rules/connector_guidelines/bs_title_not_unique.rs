use crate::Out;
use crate::rule::DEFINITION;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::texts::same;
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-TitleNotUnique",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "A connector that is already published has the same title; letter case and white space around it are \
           ignored. An update of that connector is exempt. Without a list of the published connectors nothing is \
           reported.",
    why: "People choose a connector by its title; with two of the same name they hand their data to the wrong one.",
    fix: "choose a title that no published connector has",
    bad: &[Example::WithFacts {
        files: &[(
            DEFINITION,
            r#"
{ "info": { "title": "contoso Orders " } }
                     ^^^^^^^^^^^^^^^^^
"#,
        )],
        publisher: None,
        publisher_kind: None,
        other_titles: &["Fabrikam", "Contoso Orders"],
    }],
    good: &[
        Example::WithFacts {
            files: &[(
                DEFINITION,
                r#"
{ "info": { "title": "Contoso Orders Plus" } }
"#,
            )],
            publisher: None,
            publisher_kind: None,
            other_titles: &["Contoso Orders"],
        },
        Example::Definition(
            r#"
{ "info": { "title": "Contoso Orders" } }
"#,
        ),
    ],
    visits: &[Visit::Info(check)],
};

fn check(context: &Context<'_>, info: Node<'_>, out: &mut Out<'_>) {
    let Some(title) = info.get("title") else { return };
    let Some(text) = title.as_str().map(str::trim).filter(|text| !text.is_empty()) else { return };
    if context.facts.other_titles.iter().any(|other| same(other.trim(), text)) {
        out.at(title, "a published connector has this title");
    }
}
