use crate::dynamic::{Kind, Use};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "DynamicListExtensionRequiredForNonParameterReferences",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A `{\"parameter\": NAME}` in `x-ms-dynamic-values` names no parameter of the operation but a property of \
           its body, and no `x-ms-dynamic-list` stands beside it. Where neither is there it is left to \
           OperationParameterNameNotFound.",
    why: "`x-ms-dynamic-values` was made for parameters. Clients that take the word literally find nothing and \
           send the call without the value.",
    fix: "add x-ms-dynamic-list beside it, with the full path in \"parameterReference\"",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [
    { "in": "body", "name": "body", "schema": { "properties": {
        "list": { "type": "string" }, "other": { "properties": { "id": { "type": "string" } } },
        "view": { "type": "object", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "list": { "parameter": "other/id" } } } }
                                                                                                                               ^^^^^^^^^^
    } } }] } } } }
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [
    { "in": "body", "name": "body", "schema": { "properties": {
        "list": { "type": "string" }, "other": { "properties": { "id": { "type": "string" } } },
        "view": { "type": "object", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "list": { "parameter": "other/id" } } },
        "x-ms-dynamic-list": { "operationId": "GetViews", "parameters": { "list": { "parameterReference": "body/list" } } } }
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
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [
    { "in": "body", "name": "body", "schema": { "properties": {
        "list": { "type": "string" }, "other": { "properties": { "id": { "type": "string" } } },
        "view": { "type": "object", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "list": { "parameter": "absent" } } } }
    } } }] } } } }
"#,
        ),
    ],
    visits: &[Visit::Dynamic(check)],
};

fn check(_: &Context<'_>, made: &Use<'_, '_>, out: &mut Out<'_>) {
    for (node, _) in made.lone_references(Kind::Values).filter(|(_, input)| input.is_property()) {
        let name = quoted(node.as_str().unwrap_or_default());
        out.at(node, format!("{name} is no parameter but a property of the body"));
    }
}
