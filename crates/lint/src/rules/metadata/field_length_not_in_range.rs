use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "FieldLengthNotInRange",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`info.description` has fewer than 30 or more than 500 characters, not counting white space around \
           it.",
    why: "The description is what people choose a connector by: too short says nothing, too long is not read.",
    fix: "describe the connector in 30 to 500 characters",
    bad: &[Example::Definition(
        r#"
{ "info": { "description": "Manages orders." } }
                           ^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "info": { "description": "Creates and tracks the orders of a shop." } }
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "title": "Orders" } }
"#,
        ),
    ],
    visits: &[Visit::Info(check)],
};

fn check(_: &Context<'_>, info: Node<'_>, out: &mut Out<'_>) {
    let Some(node) = info.get("description") else { return };
    let Some(text) = node.as_str() else { return };
    let length = text.trim().chars().count();
    if !(30..=500).contains(&length) {
        out.at(node, format!("the description has {length} characters; 30 to 500 are asked for"));
    }
}
