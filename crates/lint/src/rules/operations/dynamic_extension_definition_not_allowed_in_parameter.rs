use crate::Out;
use crate::dynamic::Kind;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "DynamicExtensionDefinitionNotAllowedInParameter",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "One of the five `x-ms-dynamic-*` extensions stands on a parameter whose `in` is `body`, instead of on \
           the schema of the parameter.",
    why: "Clients look for these extensions on what has a type. A body parameter has none of its own, so that the \
           extension is never seen.",
    fix: "move the extension into the \"schema\" of the parameter",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "body",
    "x-ms-dynamic-schema": { "operationId": "GetSchema" }, "schema": { "type": "object" } }] } } } }
    ^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [
    { "in": "query", "name": "list", "x-ms-dynamic-values": { "operationId": "GetLists" } },
    { "in": "body", "name": "body", "schema": { "x-ms-dynamic-schema": { "operationId": "GetSchema" } } }] } } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.location != "body" {
        return;
    }
    for member in parameter.node.visible_members().filter(|member| Kind::of(member.key).is_some()) {
        out.at_key(member.value, format!("`{}` stands on the body parameter, not on its schema", member.key));
    }
}
