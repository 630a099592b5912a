use crate::dynamic::{Call, Kind};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Extension};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "DynamicPropertiesItemValuePathMismatch",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Where `x-ms-dynamic-schema` and `x-ms-dynamic-properties` stand side by side, `itemValuePath` of the \
           newer one is not the `value-path` of the older one less a `properties` at its end. An absent path is an \
           empty one; letter case counts.",
    why: "The two are one question for older and newer clients. With different paths they see different schemas.",
    fix: "write the value-path without its last part \"properties\" into \"itemValuePath\"",
    bad: &[
        Example::Definition(
            r#"
{ "definitions": { "Item": {
    "x-ms-dynamic-schema": { "operationId": "GetSchema", "value-path": "schema/properties" },
    "x-ms-dynamic-properties": { "operationId": "GetSchema", "itemValuePath": "schema/properties" } } } }
                                                                              ^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "definitions": { "Item": {
    "x-ms-dynamic-schema": { "operationId": "GetSchema", "value-path": "schema" },
    "x-ms-dynamic-properties": { "operationId": "GetSchema" } } } }
    ^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "definitions": {
    "Item": { "x-ms-dynamic-schema": { "operationId": "GetSchema", "value-path": "schema/properties" },
        "x-ms-dynamic-properties": { "operationId": "GetSchema", "itemValuePath": "schema" } },
    "Other": { "x-ms-dynamic-schema": { "operationId": "GetSchema", "value-path": "properties" },
        "x-ms-dynamic-properties": { "operationId": "GetSchema" } },
    "Third": { "x-ms-dynamic-schema": { "operationId": "GetSchema", "value-path": "properties/item" },
        "x-ms-dynamic-properties": { "operationId": "GetSchema", "itemValuePath": "properties/item" } },
    "Alone": { "x-ms-dynamic-properties": { "operationId": "GetSchema", "itemValuePath": "schema" } } } }
"#,
    )],
    visits: &[Visit::Extension(check)],
};

fn check(_: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    for call in Call::all(extension).filter(|call| call.kind == Kind::Properties) {
        let Some(old) = call.holder.get(Kind::Schema.as_str()) else { continue };
        let (Some(old), Some(new)) = (text(old.get("value-path")), text(call.node.get("itemValuePath"))) else {
            continue;
        };
        let expected = match old.strip_suffix("properties") {
            Some("") => "",
            Some(front) => front.strip_suffix('/').unwrap_or(old),
            None => old,
        };
        if new != expected {
            let message = format!("the older extension beside it leads to {}", quoted(expected));
            match call.node.get("itemValuePath") {
                Some(path) => out.at(path, message),
                None => out.at_key(call.node, message),
            }
        }
    }
}

/// A path; empty when it is absent, `None` when it is no text.
fn text(path: Option<Node<'_>>) -> Option<&str> {
    path.map_or(Some(""), Node::as_str)
}
