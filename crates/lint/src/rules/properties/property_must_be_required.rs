use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path::{self, Demands};
use crate::usage;
use crate::view::{Context, Value};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "PropertyMustBeRequired",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A property in the body of an operation is internal, or inside something internal, and has a default, \
           but is not among the required properties of its object. References and `allOf` are followed.",
    why: "Clients hide it from users and send it only when it is required, so that the default never reaches \
           the service.",
    fix: "add the property to the required list of its object",
    bad: &[
        Example::Definition(
            r##"
{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "b", "schema": { "$ref": "#/definitions/A" } }] } } },
  "definitions": { "A": { "required": ["id"], "properties": { "id": {}, "kind": { "type": "string", "default": "x", "x-ms-visibility": "internal" } } } } }
                                                                        ^^^^^^
"##,
        ),
        Example::Definition(
            r##"
{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "b", "schema": { "properties": {
    "a": { "x-ms-visibility": "internal", "properties": { "kind": { "$ref": "#/definitions/Kind" } } } } } }] } } },
                                                          ^^^^^^
  "definitions": { "Kind": { "type": "string", "default": "x" } } }
"##,
        ),
    ],
    good: &[
        Example::Definition(
            r##"
{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "b", "schema": { "allOf": [{ "$ref": "#/definitions/A" }, { "required": ["kind"] }] } }],
    "responses": { "200": { "schema": { "$ref": "#/definitions/Answer" } } } } } },
  "definitions": { "A": { "properties": { "kind": { "type": "string", "default": "x", "x-ms-visibility": "internal" } } },
    "Answer": { "properties": { "kind": { "type": "string", "default": "x", "x-ms-visibility": "internal" } } } } }
"##,
        ),
        Example::Definition(
            r##"
{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "b", "schema": { "properties": {
    "a": { "x-ms-visibility": "internal", "required": ["kind"], "properties": { "kind": { "$ref": "#/definitions/Kind" } } },
    "b": { "properties": { "kind": { "$ref": "#/definitions/Kind" } } } } } }] } } },
  "definitions": { "Kind": { "type": "string", "default": "x" } } }
"##,
        ),
        Example::Definition(
            r#"
{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "b", "schema": { "properties": {
    "a": { "type": "string", "x-ms-visibility": "internal" }, "b": { "type": "string", "default": "b" } } } }] } } } }
"#,
        ),
    ],
    visits: &[Visit::Schema(check)],
};

fn check(context: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let usage = context.usage();
    if (value.properties.is_none() && value.all_of.is_none()) || !usage.is_whole_input(value.node) {
        return;
    }
    // Asked of the object, not of the property: a shared property may be hidden in another object only.
    let is_hidden = usage.is_hidden_input(value.node);
    let is_open_to_question = |property: Node<'_>| {
        context.schema(property).is_some_and(|schema| {
            schema.get("default").is_some() && (is_hidden || usage::is_internal(schema) || usage::is_internal(property))
        })
    };
    let composed = match value.all_of {
        None => None,
        Some(_) => {
            let Some(parts) = schema_path::parts(context, value.node) else { return };
            Some(parts)
        }
    };
    let own = [value.node];
    let parts = composed.as_deref().unwrap_or(&own);
    let mut demands = Demands::default();
    for member in parts.iter().filter_map(|part| part.get("properties")).flat_map(Node::visible_members) {
        // Schemas may share a part, and each walks through its properties.
        if composed.is_some() && !context.lookups.steps.take(1, member.value) {
            return;
        }
        if is_open_to_question(member.value) && !demands.of(context, parts, member.key) {
            let name = quoted(member.key);
            out.at_key(member.value, format!("the property {name} is internal and has a default, but is not required"));
        }
    }
}
