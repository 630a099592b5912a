use crate::lookups::Marks;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path::{self, Demands};
use crate::usage::is_internal;
use crate::view::{Context, Parameter};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-InternalRequiredWithoutDefault",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "A parameter, or a property in the body of a request, is internal and required and has no `default`. A \
           property is internal also when an object around it is; where that object is optional or has a default \
           itself, what is in it is not judged. Internal objects are judged by their properties. A schema is one with \
           what is in its `allOf`, so that either may demand what the other declares, or give it a default. What \
           takes the callback address (`x-ms-notification-url`) or is read-only is exempt.",
    why: "Nobody can enter what is not shown, and without a default nothing fills it in: the call cannot be made.",
    fix: "add a default, or show the field to the user",
    bad: &[
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "header", "name": "version", "required": true, "type": "string", "x-ms-visibility": "internal" } } }
                                                 ^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "required": ["meta"],
    "properties": { "meta": { "x-ms-visibility": "internal", "required": ["kind"], "properties": { "kind": { "type": "string" } } } } } }] } } } }
                                                                                                   ^^^^^^
"#,
        ),
        Example::Definition(
            r##"
{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "required": ["kind"], "allOf": [{ "$ref": "#/definitions/Base" }] } }] } } },
  "definitions": { "Base": { "properties": { "kind": { "type": "string", "x-ms-visibility": "internal" } } } } }
                                             ^^^^^^
"##,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "query", "name": "q", "required": true, "x-ms-visibility": "internal", "type": "string", "default": "" }, "o": { "in": "query", "name": "o", "required": false, "x-ms-visibility": "internal" }, "v": { "in": "query", "name": "v", "required": true }, "u": { "in": "query", "name": "u", "required": true, "x-ms-visibility": "internal", "x-ms-notification-url": true } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "body", "required": true, "x-ms-visibility": "internal", "schema": { "required": ["url", "kind"],
    "properties": { "url": { "type": "string", "x-ms-notification-url": true }, "kind": { "type": "string", "default": "a" }, "note": { "type": "string" } } } }] } } } }
"#,
        ),
        Example::Definition(
            r##"
{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "required": ["name"], "allOf": [{ "$ref": "#/definitions/Base" }] } }] } } },
  "definitions": { "Base": { "properties": { "kind": { "type": "string", "x-ms-visibility": "internal" }, "name": { "type": "string" } } } } }
"##,
        ),
        Example::Definition(
            r##"
{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "required": ["kind"],
    "properties": { "kind": { "default": "order" } }, "allOf": [{ "$ref": "#/definitions/Base" }] } }] } } },
  "definitions": { "Base": { "properties": { "kind": { "type": "string", "x-ms-visibility": "internal" } } } } }
"##,
        ),
    ],
    visits: &[Visit::Parameter(parameter), Visit::Document(bodies)],
};

fn parameter(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    let node = parameter.node;
    if parameter.location != "body" && is_internal(node) && is_true(node, "required") && !is_filled_in(node) {
        out.at_parameter(parameter, "the parameter is internal and required, and has no default");
    }
}

/// Judges the properties of all bodies: each schema once as it is, and once as part of something internal.
fn bodies(context: &Context<'_>, out: &mut Out<'_>) {
    let parameters = context.operations.iter().flat_map(|operation| &operation.parameters);
    let bodies = parameters.map(|parameter| parameter.node).filter(|node| is_sent(*node));
    let mut waiting: Vec<_> =
        bodies.filter_map(|body| Some(Place { written: body.get("schema")?, internal: is_internal(body) })).collect();
    let mut seen = [Marks::default(), Marks::default()];
    while let Some(place) = waiting.pop() {
        let Some(schema) = context.schema(place.written) else { continue };
        let [visible, internal] = &mut seen;
        let seen = if place.internal { internal } else { visible };
        if !seen.insert(schema.id()) {
            continue;
        }
        // What is composed of something that cannot be found is judged piece by piece.
        let composed = schema.get("allOf").and_then(|_| schema_path::parts(context, schema));
        let parts = composed.as_deref().unwrap_or(std::slice::from_ref(&schema));
        let mut demands = Demands::default();
        let mut must_be_entered =
            |name: &str| demands.of(context, parts, name) && !is_filled_in_by_a_part(context, parts, name);
        for part in parts {
            let single = ["items", "additionalProperties"].into_iter().filter_map(|name| part.get(name));
            let pieces = part.get("allOf").filter(|_| composed.is_none());
            let inner = single.chain(pieces.into_iter().flat_map(Node::items));
            waiting.extend(inner.map(|written| Place { written, ..place }));
            let Some(properties) = part.get("properties") else { continue };
            // A part that many schemas share is looked at for each of them.
            if composed.is_none() || context.lookups.steps.take(properties.len(), *part) {
                judge(context, properties, place.internal, &mut must_be_entered, &mut waiting, out);
            }
        }
    }
}

/// A schema in a body, and whether it or something around it is internal.
#[derive(Clone, Copy)]
struct Place<'d> {
    written: Node<'d>,
    internal: bool,
}

/// Judges the properties of a schema or of one of its parts.
fn judge<'d>(
    context: &Context<'d>,
    properties: Node<'d>,
    around: bool,
    must_be_entered: &mut dyn FnMut(&str) -> bool,
    waiting: &mut Vec<Place<'d>>,
    out: &mut Out<'_>,
) {
    for member in properties.visible_members() {
        let written = member.value;
        let Some(property) = context.schema(written) else { continue };
        let says = |said: fn(Node<'_>) -> bool| said(written) || said(property);
        if !around && !says(is_internal) {
            waiting.push(Place { written, internal: false });
            continue;
        }
        if says(is_filled_in) || !must_be_entered(member.key) {
            continue;
        }
        if is_object(property) {
            waiting.push(Place { written, internal: true });
        } else {
            let name = quoted(member.key);
            out.at_key(written, format!("the property {name} is internal and required, and has no default"));
        }
    }
}

/// Whether it is a body that is sent in any case or can be filled in by the user.
fn is_sent(parameter: Node<'_>) -> bool {
    let is_body = parameter.get("in").and_then(Node::as_str) == Some("body");
    is_body && (!is_internal(parameter) || is_true(parameter, "required"))
}

/// Whether one of several parts of a schema says that something else than the user gives the value: each may declare the
/// property anew.
fn is_filled_in_by_a_part<'d>(context: &Context<'d>, parts: &[Node<'d>], name: &str) -> bool {
    let [first, _, ..] = parts else { return false };
    let says = |written: Node<'d>| is_filled_in(written) || context.schema(written).is_some_and(is_filled_in);
    // Where the steps have run out, nobody can tell, and nothing is reported.
    !context.lookups.steps.take(parts.len(), *first)
        || parts.iter().filter_map(|part| part.get("properties")?.get(name)).any(says)
}

/// Whether something else than the user gives the value.
fn is_filled_in(node: Node<'_>) -> bool {
    node.get("default").is_some() || is_true(node, "x-ms-notification-url") || is_true(node, "readOnly")
}

fn is_object(schema: Node<'_>) -> bool {
    schema.get("type").and_then(Node::as_str) == Some("object")
        || schema.get("properties").is_some()
        || schema.get("allOf").is_some()
}

fn is_true(node: Node<'_>, name: &str) -> bool {
    node.get(name).and_then(Node::as_bool) == Some(true)
}
