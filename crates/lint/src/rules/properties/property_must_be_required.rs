use crate::rule::{Example, Group, Rule, Source, Visit};
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
    let own = value.properties.into_iter().flat_map(Node::members).filter(|member| !member.shadowed);
    if value.all_of.is_none() {
        let required = [value.node];
        for member in own.filter(|member| is_open_to_question(member.value)) {
            report(member.key, member.value, &required, out);
        }
        return;
    }
    let Some(parts) = usage::composition(context, value.node) else { return };
    for properties in parts.iter().filter_map(|part| part.get("properties")) {
        for member in properties.members().filter(|member| !member.shadowed && is_open_to_question(member.value)) {
            report(member.key, member.value, &parts, out);
        }
    }
}

fn report(name: &str, property: Node<'_>, parts: &[Node<'_>], out: &mut Out<'_>) {
    if !usage::is_required(parts, name) {
        out.at_key(
            property,
            format!("the property {} is internal and has a default, but is not required", quoted(name)),
        );
    }
}
