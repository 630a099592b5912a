use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::usage::is_internal;
use crate::view::{Context, Operation, Response};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "SchemaDefinitionSetIncorrectly",
    group: Group::Response,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Neither the response 200 nor 201 of an operation has a schema that says anything, and neither the path nor \
           the operation has an `x-ms-notification-content` with a schema. Not judged are the methods `delete`, `head` and `options`, \
           operations with `x-ms-visibility` internal, and those whose only codes of success are 202 and 204.",
    why: "Later steps of a flow can use only what the schema of the result describes; without one the answer is one \
          lump of bytes.",
    fix: "describe the result in the schema of the response 200 or 201",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "responses": { "200": { "description": "The items" }, "default": { "schema": { "type": "object" } } } } } } }
                                                 ^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "responses": { "203": { "schema": { "type": "object" } }, "204": {} } } } } }
                                   ^^^^^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r##"
{ "paths": { "/items": {
    "get": { "responses": { "200": {}, "201": { "schema": { "$ref": "#/definitions/Item" } } } },
    "post": { "responses": { "202": {}, "204": {}, "400": {} } },
    "put": { "x-ms-visibility": "Internal", "responses": { "200": {} } },
    "delete": { "responses": { "200": {} } }
} }, "definitions": { "Item": { "type": "object" } } }
"##,
        ),
        Example::Definition(
            r#"
{ "paths": { "/hooks": { "x-ms-notification-content": { "schema": { "type": "object" } }, "post": { "responses": { "201": {} } } },
    "/calls": { "post": { "x-ms-notification-content": { "schema": { "type": "object" } }, "responses": { "201": {} } } } } }
"#,
        ),
    ],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    if matches!(operation.method, "delete" | "head" | "options") {
        return;
    }
    let mut shown = None;
    let mut only_without_content = true;
    let mut succeeds = false;
    for response in context.responses(operation).filter(Response::is_success) {
        succeeds = true;
        only_without_content &= matches!(response.status, "202" | "204");
        if matches!(response.status, "200" | "201") {
            // A response that cannot be found may have a schema.
            if response.node.is_none_or(|node| context.has_schema(node)) {
                return;
            }
            shown = shown.or(Some(response.declared));
        }
    }
    let sends = |content: Node<'_>| content.get("schema").is_some();
    if (succeeds && only_without_content)
        || is_internal(operation.node)
        || operation.notification_content().is_some_and(sends)
    {
        return;
    }
    let place = shown.or(operation.responses).unwrap_or(operation.node);
    out.at_key(place, "the operation has no schema for its result");
}
