use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::texts::same;
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-DescriptionEqualsTitle",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "`info.description` says the same as `info.title`; letter case and white space around them are ignored.",
    why: "The description is what people choose a connector by; a title said twice tells them nothing.",
    fix: "describe in a sentence or two what the connector does",
    bad: &[Example::Definition(
        r#"
{ "info": { "title": "Contoso Orders", "description": " contoso orders" } }
                                                      ^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "info": { "title": "Contoso Orders", "description": "Contoso Orders." } }
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "title": "", "description": " " } }
"#,
        ),
    ],
    visits: &[Visit::Info(check)],
};

fn check(_: &Context<'_>, info: Node<'_>, out: &mut Out<'_>) {
    let Some(description) = info.get("description") else { return };
    let text = |node: Node<'_>| node.as_str().map_or("", str::trim).to_owned();
    let (title, said) = (info.get("title").map(text).unwrap_or_default(), text(description));
    if !said.is_empty() && same(&title, &said) {
        out.at(description, "the description only repeats the title");
    }
}
