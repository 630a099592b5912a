use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "RestrictedCharactersInSummary",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `summary` of an operation holds one of the characters / \\ < > * % & ?.",
    why: "Flows and apps make names out of the summary, and there these characters mean something else or are refused.",
    fix: "write the summary without these characters, for example \"and\" for \"&\"",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "summary": "List items & notes" } } } }
                                             ^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "summary": "List items (V2), with notes: #1", "description": "Which items? All & more." } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

const RESTRICTED: [char; 8] = ['/', '\\', '<', '>', '*', '%', '&', '?'];

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(summary) = operation.node.get("summary") else { return };
    if let Some(found) = summary.as_str().and_then(|text| text.chars().find(|found| RESTRICTED.contains(found))) {
        out.at(summary, format!("the summary holds the character `{found}`"));
    }
}
