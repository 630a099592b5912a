use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path;
use crate::usage;
use crate::view::{Context, Value};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "RequiredReadOnlyPropertyNotAllowedAsInput",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A property is both read-only and required in a schema that the body of an operation leads to, \
           references and `allOf` followed.",
    why: "A caller must not send what is read-only, and must send what is required. No call can do both.",
    fix: "remove the property from the required list, or use another definition for the input",
    bad: &[
        Example::Definition(
            r##"
{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "b", "schema": { "$ref": "#/definitions/A" } }] } } },
  "definitions": { "A": { "required": ["id"], "properties": { "id": { "type": "string", "readOnly": true } } } } }
                                       ^^^^
"##,
        ),
        Example::Definition(
            r##"
{ "parameters": { "B": { "in": "body", "name": "b", "schema": { "allOf": [{ "$ref": "#/definitions/A" }, { "required": ["id"] }] } } },
                                                                                                                        ^^^^
  "definitions": { "A": { "properties": { "id": { "type": "string", "readOnly": true } } } } }
"##,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "b", "schema": { "properties": { "id": { "readOnly": true } } } }],
    "responses": { "200": { "schema": { "$ref": "#/definitions/A" } } } } } },
  "definitions": { "A": { "required": ["id"], "properties": { "id": { "type": "string", "readOnly": true } } } } }
"##,
    )],
    visits: &[Visit::Schema(check)],
};

fn check(context: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let is_judged_with_others = (value.required.is_none() && value.all_of.is_none()) || usage::is_part(value.node);
    if is_judged_with_others || !context.usage().is_input(value.node) {
        return;
    }
    let mut required = usage::required_lists(value.node).flat_map(Node::items).peekable();
    if required.peek().is_none() {
        return;
    }
    let parts = if value.all_of.is_some() { schema_path::parts(context, value.node) } else { Some(vec![value.node]) };
    let Some(parts) = parts else { return };
    for entry in required {
        let Some(name) = entry.as_str() else { continue };
        if parts.len() > 1 && !context.lookups.steps.take(parts.len(), entry) {
            return;
        }
        let property = schema_path::written(&parts, name).and_then(|property| context.schema(property));
        if property.and_then(|property| property.get("readOnly")).and_then(Node::as_bool) == Some(true) {
            out.at(entry, format!("the property {} is read-only, and required in a request", quoted(name)));
        }
    }
}
