use crate::Out;
use crate::rule::{DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path::{self, Found};
use crate::view::{Context, Operation};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-TriggerBatchNotArray",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector extensions guide"),
    what: "A trigger with `\"x-ms-trigger\": \"batch\"` has a 200 or 201 response with a known schema, or notification content \
           with one, and no array is found: not at its root, not at the `value-collection` of `x-ms-trigger-value`, not in a property \
           `value`, and not in the same places of `x-ms-notification-content`. Silent where nobody can tell (an \
           object that names no properties or allows others) and where a `pollingtrigger` policy picks the list \
           out.",
    why: "A batch trigger starts one flow for each element of a list. Without a list nothing starts.",
    fix: "answer with an array, or use \"x-ms-trigger\": \"single\"",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "x-ms-trigger": "batch", "responses": {
                                                  ^^^^^^^
    "200": { "schema": { "type": "object", "properties": { "id": { "type": "string" } } } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "x-ms-notification-content": { "schema": { "properties": { "id": { "type": "string" } } } },
    "post": { "x-ms-trigger": "batch", "responses": { "201": { "description": "Registered." } } } } } }
                              ^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "x-ms-trigger": "batch", "responses": { "200": { "schema": { "type": "string" } } } } } } }
                                                  ^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "x-ms-trigger": "batch", "responses": {
    "200": { "schema": { "type": "array", "items": { "type": "string" } } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "x-ms-trigger": "batch", "responses": {
    "200": { "schema": { "properties": { "value": { "type": "array", "items": {} } } } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "x-ms-trigger": "batch", "x-ms-trigger-value": { "value-collection": "data/items" }, "responses": {
    "200": { "schema": { "properties": { "data": { "properties": { "items": { "type": "array", "items": {} } } } } } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "x-ms-trigger": "batch", "responses": {
    "200": { "schema": { "type": "object" } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "x-ms-trigger": "batch", "responses": { "200": { "description": "Done." } } } } } }
"#,
        ),
        Example::Files {
            files: &[
                (
                    DEFINITION,
                    r#"
{ "paths": { "/items": { "get": { "x-ms-trigger": "batch", "operationId": "OnItem", "responses": {
    "200": { "schema": { "properties": { "items": { "type": "array", "items": {} } } } } } } } } }
"#,
                ),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "pollingtrigger", "parameters": { "x-ms-apimTemplate-operationName": ["OnItem"] } }] } }
"#,
                ),
            ],
            whole: &[],
        },
        Example::Definition(
            r#"
{ "paths": { "/items": { "x-ms-notification-content": { "schema": { "type": "array", "items": {} } },
    "get": { "x-ms-trigger": "batch", "responses": {
    "200": { "schema": { "properties": { "id": {} } } } } } } } }
"#,
        ),
    ],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(trigger) = operation.node.get("x-ms-trigger").filter(|word| word.as_str() == Some("batch")) else {
        return;
    };
    let is_known = |code| operation.responses.is_some_and(|responses| responses.get(code).is_some());
    let has_answer = is_known("200") || is_known("201");
    let response = operation.success(context).filter(|_| has_answer);
    let schema = response.and_then(|response| response.get("schema"));
    let answer = schema.and_then(|schema| context.schema(schema));
    let notified = operation.notification_content().and_then(|content| content.get("schema"));
    // What cannot be found may be a list.
    let is_lost = has_answer && response.is_none() || schema.is_some() && answer.is_none();
    if is_lost || answer.or(notified).is_none() {
        return;
    }
    let collection = operation.node.get("x-ms-trigger-value").and_then(|said| said.get("value-collection"));
    let paths = ["", "value"].into_iter().chain(collection.and_then(Node::as_str));
    let is_missing = paths.into_iter().all(|path| {
        let may_be_list = |schema| may_be_list(context, schema, path);
        !answer.is_some_and(may_be_list) && !notified.is_some_and(may_be_list)
    });
    if is_missing && operation.is_polled_by_policy(context) != Some(true) {
        out.at(trigger, "the answer of the trigger holds no list");
    }
}

/// Whether there is an array, or what nobody knows, at a path.
fn may_be_list<'d>(context: &Context<'d>, schema: Node<'d>, path: &str) -> bool {
    let is_plain = |schema| !matches!(schema_path::type_of(context, schema), None | Some("array" | "object"));
    if context.schema(schema).is_some_and(is_plain) {
        return false;
    }
    match schema_path::follow(context, schema, path) {
        Found::Unknown => true,
        Found::Missing => false,
        Found::Schema { node, .. } => match schema_path::type_of(context, node) {
            Some("array") => true,
            Some("object") | None => schema_path::is_vague(context, node),
            Some(_) => false,
        },
    }
}
