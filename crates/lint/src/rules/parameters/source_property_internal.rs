use crate::dynamic::{Given, Use};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path::{self, Found};
use crate::usage::is_internal;
use crate::view::{Context, Operation};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "SourcePropertyInternal",
    group: Group::Parameters,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A reference in the `parameters` of an `x-ms-dynamic-*` extension leads to a parameter with `x-ms-visibility` \
           internal, or to a property of the body that is internal or stands in one that is. Operations that are \
           internal themselves are not judged, and neither are names that stand for a parameter and a property.",
    why: "The user does not see an internal input and cannot fill it in, so the call is made without a value.",
    fix: "give the value itself in place of the reference",
    bad: &[
        Example::Definition(
            r#"
{ "paths": {
    "/items": { "get": { "parameters": [{ "in": "query", "name": "list", "type": "string", "x-ms-visibility": "Internal", "default": "a" },
        { "in": "query", "name": "view", "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list" } } } }] } },
                                                                                                                                                    ^^^^^^
    "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string" }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": {
    "/items": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "properties": {
        "filter": { "x-ms-visibility": "internal", "properties": { "list": { "type": "string" } } },
        "view": { "type": "string", "x-ms-dynamic-list": { "operationId": "GetViews", "parameters": { "id": { "parameterReference": "body/filter/list" } } } } } } }] } },
                                                                                                                                    ^^^^^^^^^^^^^^^^^^
    "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string" }] } } } }
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "paths": {
    "/items": {
        "parameters": [{ "in": "query", "name": "list", "type": "string", "x-ms-visibility": "advanced" }],
        "get": { "parameters": [{ "in": "query", "name": "view", "type": "string", "x-ms-visibility": "internal",
            "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list" }, "site": "internal" } } }] },
        "post": { "x-ms-visibility": "internal", "parameters": [{ "in": "query", "name": "list", "type": "string", "x-ms-visibility": "internal" },
            { "in": "query", "name": "view", "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list" } } } }] } },
    "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string" }] } } } }
"#,
    )],
    visits: &[Visit::Dynamic(check)],
};

fn check(context: &Context<'_>, made: &Use<'_, '_>, out: &mut Out<'_>) {
    if is_internal(made.operation.node) {
        return;
    }
    for argument in &made.arguments {
        let Given::Reference { node, input } = &argument.given else { continue };
        let hidden = match input.parameter {
            Some(_) if input.is_ambiguous() => false,
            Some(parameter) => is_internal(parameter.node),
            None => node.as_str().is_some_and(|path| is_inside_internal(context, made.operation, path)),
        };
        if hidden {
            out.at(*node, format!("nobody can fill in {}: it is internal", quoted(node.as_str().unwrap_or_default())));
        }
    }
}

/// Whether the property of the body with this path, or something around it, is internal.
fn is_inside_internal<'d>(context: &Context<'d>, operation: &Operation<'d>, path: &str) -> bool {
    let Some(body) = operation.parameters.iter().find(|parameter| parameter.location == "body") else { return false };
    let Some(schema) = body.node.get("schema") else { return false };
    let found = |path: &str| matches!(schema_path::follow(context, schema, path), Found::Schema { .. });
    let inner = path.strip_prefix(body.name).and_then(|path| path.strip_prefix('/')).filter(|inner| found(inner));
    let path = inner.unwrap_or(path);
    if !found(path) {
        return false;
    }
    let steps = path.split('/').scan(schema, |around, name| match schema_path::follow(context, *around, name) {
        Found::Schema { node, .. } => {
            *around = node;
            Some(node)
        }
        Found::Missing | Found::Unknown => None,
    });
    is_internal(body.node) || steps.chain([schema]).any(is_internal)
}
