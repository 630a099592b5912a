use crate::Out;
use crate::keywords::ObjectKind;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Extension, children, is_extension};
use backshell_findings::Severity;
use backshell_model::FastSet;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "NotificationUrlNotAllowedInThisPosition",
    group: Group::Webhooks,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`\"x-ms-notification-url\": true` stands anywhere but in the schema of a body parameter: on a parameter \
           or header, in the schema of a response or of `x-ms-notification-content`, on an operation, a path, a response, \
           `info` or another object that the specification describes and that is no schema. A schema that a body uses too \
           is right there and is not reported for its other uses; nor is a shared one in the answer of an operation that \
           takes the address, which repeats what was registered. A schema that nobody uses is not judged; a shared \
           parameter or header is.",
    why: "The address is written into the body of the request that registers the webhook. In any other place it is \
           never filled in.",
    fix: "move the mark to a property of the body that registers the webhook",
    bad: &[
        Example::Definition(
            r##"
{ "paths": { "/hooks": { "post": {
    "parameters": [{ "in": "query", "name": "url", "type": "string", "x-ms-notification-url": true }],
                                                                     ^^^^^^^^^^^^^^^^^^^^^^^
    "responses": { "200": { "schema": { "$ref": "#/definitions/Hook" } } } } } },
  "definitions": { "Hook": { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } } } }
                                                                        ^^^^^^^^^^^^^^^^^^^^^^^
"##,
        ),
        Example::Definition(
            r#"
{ "paths": { "/hooks": { "x-ms-notification-content": { "schema": { "items": { "x-ms-notification-url": true } } },
                                                                               ^^^^^^^^^^^^^^^^^^^^^^^
    "post": { "responses": { "201": { "headers": { "Location": { "type": "string", "x-ms-notification-url": true } } } } } } } }
                                                                                   ^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r##"
{ "parameters": { "Url": { "in": "header", "name": "url", "type": "array", "items": { "type": "string", "x-ms-notification-url": true } } },
                                                                                                        ^^^^^^^^^^^^^^^^^^^^^^^
  "responses": { "Made": { "headers": { "Location": { "type": "string", "x-ms-notification-url": true } } } },
                                                                        ^^^^^^^^^^^^^^^^^^^^^^^
  "paths": { "/hooks": { "post": { "parameters": [{ "$ref": "#/parameters/Url" }], "responses": { "201": { "$ref": "#/responses/Made" } } } } } }
"##,
        ),
        Example::Definition(
            r#"
{ "paths": { "/hooks": { "post": {
    "parameters": [{ "in": "body", "name": "body", "schema": { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } } }],
    "responses": { "201": { "schema": { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } } } } } } } }
                                                                                   ^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-notification-url": true, "info": { "x-ms-notification-url": true }, "responses": { "R": { "x-ms-notification-url": true } },
  ^^^^^^^^^^^^^^^^^^^^^^^                  ^^^^^^^^^^^^^^^^^^^^^^^                                ^^^^^^^^^^^^^^^^^^^^^^^
  "paths": { "/hooks": { "x-ms-notification-url": true, "post": { "x-ms-notification-url": true, "responses": { "201": { "x-ms-notification-url": true } } } } } }
                         ^^^^^^^^^^^^^^^^^^^^^^^                  ^^^^^^^^^^^^^^^^^^^^^^^                                ^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "paths": { "/hooks": { "post": {
    "parameters": [{ "in": "query", "name": "url", "type": "string", "x-ms-notification-url": false },
        { "in": "body", "name": "body", "schema": { "$ref": "#/definitions/Hook" } }],
    "responses": { "200": { "schema": { "$ref": "#/definitions/Hook" } }, "201": { "schema": { "$ref": "#/definitions/Made" } } } },
    "get": { "responses": { "200": { "schema": { "$ref": "#/definitions/Hook" } },
        "201": { "schema": { "properties": { "x-ms-notification-url": { "type": "boolean" } } } } } } } },
  "definitions": { "Hook": { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } },
      "Made": { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } },
      "Unused": { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } } } }
"##,
    )],
    visits: &[Visit::Document(check), Visit::Extension(elsewhere)],
};

const NAME: &str = "x-ms-notification-url";

/// Judges the objects that are no place for a value: which schemas may have the mark depends on their use.
fn elsewhere(_: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    let is_value = || {
        use ObjectKind::{Header, Items, Parameter, Schema};
        matches!(extension.holder, Parameter | Items | Header | Schema)
    };
    if extension.name == NAME && !is_value() {
        report(extension.node, out);
    }
}

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let marks = &context.leads().notification_url;
    if marks.is_empty() {
        return;
    }
    let bodies = context.operations.iter().flat_map(|operation| &operation.parameters);
    let bodies = bodies.filter(|parameter| parameter.location == "body");
    let mut seen = FastSet::default();
    let bodies = bodies.filter_map(|body| body.node.get("schema")).collect();
    walk(context, bodies, Follow::References, &mut seen, &mut |_| {});
    let shared =
        |part: &str| context.root.get(part).into_iter().flat_map(Node::visible_members).map(|member| member.value);
    shared("parameters").filter(|node| marks.contains(*node)).for_each(|parameter| report_items(parameter, out));
    shared("responses").filter(|node| marks.contains(*node)).for_each(|response| report_headers(response, out));
    let mut elsewhere: Vec<Node<'_>> = context.counted_paths().filter_map(|path| content(path.node)).collect();
    let mut repeating = Vec::new();
    for operation in &context.operations {
        elsewhere.extend(content(operation.node));
        for parameter in operation.parameters.iter().filter(|parameter| marks.contains(parameter.node)) {
            report_items(parameter.node, out);
        }
        let repeats = operation.takes_notification_url_in_body(context);
        let responses = operation.responses.into_iter().flat_map(Node::visible_members);
        for member in responses.filter(|member| !is_extension(member.key)) {
            let response = context.response(member.value).filter(|response| marks.contains(*response));
            let Some(response) = response else { continue };
            if repeats { &mut repeating } else { &mut elsewhere }.extend(response.get("schema"));
            report_headers(response, out);
        }
    }
    walk(context, elsewhere, Follow::References, &mut seen, &mut |schema| report_on(schema, out));
    walk(context, repeating, Follow::Nothing, &mut seen, &mut |schema| report_on(schema, out));
}

/// Whether a walk goes on where references lead.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Follow {
    References,
    Nothing,
}

/// Visits the schemas that lead to a mark, each once, however many uses lead to it.
fn walk<'d>(
    context: &Context<'d>,
    mut waiting: Vec<Node<'d>>,
    follow: Follow,
    seen: &mut FastSet<u32>,
    visit: &mut dyn FnMut(Node<'d>),
) {
    let marks = &context.leads().notification_url;
    while let Some(written) = waiting.pop() {
        let Some(schema) = context.schema(written).filter(|schema| marks.contains(*schema)) else { continue };
        if (follow == Follow::References || schema == written) && seen.insert(schema.id()) {
            visit(schema);
            waiting.extend(children(schema));
        }
    }
}

fn content(holder: Node<'_>) -> Option<Node<'_>> {
    holder.get("x-ms-notification-content")?.get("schema")
}

/// Reports what is no schema, and its items.
fn report_items(node: Node<'_>, out: &mut Out<'_>) {
    let mut value = Some(node);
    while let Some(node) = value {
        report_on(node, out);
        value = node.get("items");
    }
}

fn report_headers(response: Node<'_>, out: &mut Out<'_>) {
    let headers = response.get("headers").into_iter().flat_map(Node::visible_members);
    headers.for_each(|header| report_items(header.value, out));
}

fn report_on(node: Node<'_>, out: &mut Out<'_>) {
    if let Some(mark) = node.get(NAME) {
        report(mark, out);
    }
}

fn report(mark: Node<'_>, out: &mut Out<'_>) {
    if mark.as_bool() == Some(true) {
        out.at_key(mark, "the address of the callback is not filled in here");
    }
}
