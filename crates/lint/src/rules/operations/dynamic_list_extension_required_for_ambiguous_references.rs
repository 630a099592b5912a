use crate::dynamic::{Kind, Use};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "DynamicListExtensionRequiredForAmbiguousReferences",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A `{\"parameter\": NAME}` in `x-ms-dynamic-values` names both a parameter of the operation and a \
           property of its body, by its name or its path in the body, and no `x-ms-dynamic-list` stands beside it.",
    why: "Nobody can tell which of the two is sent. Clients that know the newer extension read it first, and there \
           the place is said in full.",
    fix: "add x-ms-dynamic-list beside it, with the full path in \"parameterReference\"",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [
    { "in": "query", "name": "list", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": {
        "list": { "type": "string" }, "other": { "properties": { "id": { "type": "string" } } },
        "view": { "type": "object", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "list": { "parameter": "list" } } } }
                                                                                                                               ^^^^^^
    } } }] } } } }
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [
    { "in": "query", "name": "list", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": {
        "list": { "type": "string" }, "other": { "properties": { "id": { "type": "string" } } },
        "view": { "type": "object", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "list": { "parameter": "list" } } },
        "x-ms-dynamic-list": { "operationId": "GetViews", "parameters": { "list": { "parameterReference": "body/list" } } } }
    } } }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [
    { "in": "body", "name": "body", "schema": { "properties": {
        "list": { "type": "string" }, "other": { "properties": { "id": { "type": "string" } } },
        "view": { "type": "object", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "list": { "parameter": "list" } } } }
    } } }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [
    { "in": "query", "name": "filter", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": {
        "list": { "type": "string" }, "other": { "properties": { "id": { "type": "string" } } },
        "view": { "type": "object", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "list": { "parameter": "filter" } } } }
    } } }] } } } }
"#,
        ),
    ],
    visits: &[Visit::Dynamic(check)],
};

fn check(_: &Context<'_>, made: &Use<'_, '_>, out: &mut Out<'_>) {
    for (node, _) in made.lone_references(Kind::Values).filter(|(_, input)| input.is_ambiguous()) {
        let name = quoted(node.as_str().unwrap_or_default());
        out.at(node, format!("{name} is a parameter and a property of the body"));
    }
}
