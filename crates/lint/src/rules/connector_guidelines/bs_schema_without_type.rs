use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter, Value};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-SchemaWithoutType",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector coding standards"),
    what: "A schema, or the `items` of a parameter, has no `type`, no `$ref`, no `allOf` and no dynamic schema. \
           Where `properties` or `additionalProperties` stand, the type can only be object, and nothing is \
           reported; an empty schema `{}` says on purpose that anything fits, and is left to other rules.",
    why: "Without a type a client guesses, mostly text, and sends numbers and lists in a form that the service \
           does not take.",
    fix: "add the type",
    bad: &[
        Example::Definition(
            r#"
{ "definitions": { "Item": { "type": "object", "properties": { "id": { "description": "The id." } } } } }
                                                               ^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "query", "name": "q", "type": "array", "items": { "enum": ["a"] } } } }
                                                                      ^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "definitions": { "Item": { "properties": { "type": { "type": "string" }, "note": { "x-ms-dynamic-schema": {} }, "more": { "allOf": [] }, "any": {} } } } }
"#,
        ),
        Example::Definition(
            r##"
{ "definitions": { "Item": { "type": "object", "example": { "id": { "description": "x" } } } }, "parameters": { "b": { "in": "body", "name": "b", "schema": { "$ref": "#/definitions/Item" } } } }
"##,
        ),
    ],
    visits: &[Visit::Schema(schema), Visit::Parameter(parameter)],
};

fn schema(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let has_shape = value.type_name.is_some()
        || value.all_of.is_some()
        || value.properties.is_some()
        || value.additional_properties.is_some();
    if !has_shape {
        check(value.node, out);
    }
}

fn parameter(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.location == "body" {
        return;
    }
    let mut items = parameter.node.get("items");
    while let Some(node) = items {
        if node.is_object() && node.get("type").is_none() && node.get("$ref").is_none() {
            check(node, out);
        }
        items = node.get("items");
    }
}

fn check(node: Node<'_>, out: &mut Out<'_>) {
    if !node.is_empty() && !node.visible_members().any(|member| member.key.starts_with("x-ms-dynamic-")) {
        out.at_key(node, "the schema has no type");
    }
}
