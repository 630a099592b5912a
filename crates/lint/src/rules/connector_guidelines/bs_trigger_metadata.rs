use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-TriggerMetadata",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector extensions guide"),
    what: "In `x-ms-trigger-metadata`, `kind` is not `query` or `mode` is not `polling`: absent, or another value.",
    why: "These are the only values there are. With others a client does not know how to ask the trigger for news.",
    fix: "write { \"kind\": \"query\", \"mode\": \"polling\" }",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "x-ms-trigger-metadata": { "kind": "Query", "mode": "polling" } },
                                                                     ^^^^^^^
    "post": { "x-ms-trigger-metadata": { "kind": "query" } } } } }
              ^^^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "x-ms-trigger-metadata": { "kind": "query", "mode": "polling" } }, "post": {} } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(metadata) = operation.node.get("x-ms-trigger-metadata") else { return };
    for (name, expected) in [("kind", "query"), ("mode", "polling")] {
        match metadata.get(name) {
            None => out.at_key(metadata, format!("there is no `{name}`")),
            Some(value) if value.as_str() != Some(expected) => {
                out.at(value, format!("the `{name}` is not `{expected}`"));
            }
            Some(_) => {}
        }
    }
}
