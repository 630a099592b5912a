use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter, Response};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-EmptyResponseSchema",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The schema of a successful response (2xx) is `{}`, or an object without `properties`, \
           `additionalProperties`, `allOf` and a dynamic schema; references are followed. So is the schema of a \
           body parameter that is `{}`.",
    why: "A client shows the fields that the schema names: with an empty one the answer cannot be used in a later \
           step.",
    fix: "list the properties, or use x-ms-dynamic-schema where they depend on the request",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "responses": { "200": { "schema": {} }, "201": { "schema": { "type": "object" } } } } } } }
                                                          ^^^^^^^^                 ^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "b": { "in": "body", "name": "body", "schema": {} } } }
                                                       ^^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "responses": { "200": { "schema": { "type": "object", "x-ms-dynamic-schema": {} } }, "202": { "schema": { "type": "object", "additionalProperties": true } }, "404": { "schema": {} }, "2": { "schema": {} }, "20": { "schema": {} }, "default": { "schema": {} }, "201": { "schema": { "type": "string" } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "b": { "in": "body", "name": "body", "schema": { "type": "object" } } } }
"#,
        ),
    ],
    visits: &[Visit::Response(response), Visit::Parameter(body)],
};

fn response(context: &Context<'_>, response: &Response<'_>, out: &mut Out<'_>) {
    if !response.is_success() {
        return;
    }
    let Some(declared) = response.node.and_then(|node| node.get("schema")) else { return };
    let Some(schema) = context.schema(declared) else { return };
    if is_empty(schema) || is_bare_object(schema) {
        out.at_key(declared, "the schema of the response says nothing about it");
    }
}

fn body(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.location == "body"
        && let Some(schema) = parameter.node.get("schema").filter(|schema| is_empty(*schema))
    {
        out.at_key(schema, "the schema of the body says nothing about it");
    }
}

fn is_empty(schema: Node<'_>) -> bool {
    schema.is_object() && schema.is_empty()
}

/// Whether it is an object that names none of its members, and no way to learn them.
fn is_bare_object(schema: Node<'_>) -> bool {
    let describes = |name: &str| match name {
        "properties" => schema.get(name).is_some_and(|properties| !properties.is_empty()),
        "additionalProperties" | "allOf" => true,
        _ => name.starts_with("x-ms-dynamic-"),
    };
    schema.get("type").and_then(Node::as_str) == Some("object") && !schema.members().any(|member| describes(member.key))
}
