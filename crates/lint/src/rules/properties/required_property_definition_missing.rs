use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path;
use crate::usage;
use crate::view::{Context, Value};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "RequiredPropertyDefinitionMissing",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A name in `required` of a schema is defined neither in it nor in what its `allOf` leads to, and the schema \
           admits no additional properties. The parts of an `allOf` are judged together. Not judged are schemas whose \
           properties a dynamic extension finds out, and those of another type than object that have no properties.",
    why: "Such a value can never be given, so no body can ever be right.",
    fix: "define the property, or take its name out of required",
    bad: &[
        Example::Definition(
            r#"
{ "definitions": { "Item": { "required": ["id", "Name"], "properties": { "id": {}, "name": {} } } } }
                                                ^^^^^^
"#,
        ),
        Example::Definition(
            r##"
{ "definitions": { "Item": { "type": "object", "required": ["id"], "additionalProperties": false },
                                                            ^^^^
    "Order": { "allOf": [{ "$ref": "#/definitions/Base" }, { "required": ["name", "note"] }] }, "Base": { "properties": { "name": {} } } } }
                                                                                  ^^^^^^
"##,
        ),
        Example::Definition(
            r#"
{ "definitions": { "Item": { "properties": { "allOf": { "items": { "required": ["id"], "properties": { "name": {} } } } } } } }
                                                                                ^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r##"
{ "definitions": { "Item": { "required": ["id"], "properties": { "name": {} }, "allOf": [{ "$ref": "#/definitions/Base" }] }, "Base": { "properties": { "id": {} } },
    "Part": { "properties": { "id": {} }, "allOf": [{ "required": ["id"] }] }, "Unknown": { "required": ["id"], "allOf": [{ "$ref": "#/definitions/None" }] } } }
"##,
        ),
        Example::Definition(
            r#"
{ "definitions": { "Open": { "required": ["id"], "additionalProperties": {} }, "List": { "type": "array", "items": {}, "required": ["id"] },
    "Found": { "type": "object", "required": ["id"], "x-ms-dynamic-properties": { "operationId": "GetSchema" } } } }
"#,
        ),
    ],
    visits: &[Visit::Schema(check)],
};

fn check(context: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let schema = value.node;
    if (value.required.is_none() && value.all_of.is_none()) || usage::is_part(schema) {
        return;
    }
    let is_no_object = value.properties.is_none() && value.type_text().is_some_and(|name| name != "object");
    let is_found_out =
        || ["x-ms-dynamic-schema", "x-ms-dynamic-properties"].iter().any(|name| schema.get(name).is_some());
    if is_no_object || is_open(schema) || is_found_out() {
        return;
    }
    let mut lists = usage::required_lists(schema).peekable();
    if lists.peek().is_none() {
        return;
    }
    let parts = if value.all_of.is_some() { schema_path::parts(context, schema) } else { Some(vec![schema]) };
    let Some(parts) = parts else { return };
    for list in lists {
        // A part is less than the whole: another part may leave room for what it asks for.
        if Some(list) != value.required && parts.iter().any(|part| is_open(*part)) {
            continue;
        }
        for name in list.items() {
            if parts.len() > 1 && !context.lookups.steps.take(parts.len(), name) {
                return;
            }
            if let Some(text) = name.as_str()
                && schema_path::written(&parts, text).is_none()
            {
                out.at(name, format!("the required property {} is not defined", quoted(text)));
            }
        }
    }
}

/// Whether a schema admits properties that it does not define.
fn is_open(schema: Node<'_>) -> bool {
    schema.get("additionalProperties").is_some_and(|additional| additional.as_bool() != Some(false))
}
