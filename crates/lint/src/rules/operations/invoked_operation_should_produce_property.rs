use crate::Out;
use crate::dynamic::{Call, Kind};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path::{self, Found};
use crate::view::{Context, Extension};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "InvokedOperationShouldProduceProperty",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A path in an `x-ms-dynamic-*` extension names a property that the answer of the called operation does \
           not have: `value-path`, `value-title`, `itemValuePath` and `itemTitlePath` within the elements of the \
           list, `value-path` and `itemValuePath` of a dynamic schema within the answer. A path that leads nowhere \
           is tried as one name too. Silent where the schema is open, fetched at run time or names no properties.",
    why: "The property is never in the answer: the choice has no value or no name, or the schema is taken to be \
           empty.",
    fix: "name a property of the answer, as the schema of the called operation has it",
    bad: &[
        Example::Definition(
            r#"
{ "parameters": { "view": { "in": "query", "name": "view",
    "x-ms-dynamic-values": { "operationId": "GetViews", "value-collection": "value", "value-path": "Id", "value-title": "id" }
                                                                                                   ^^^^
  } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "responses": { "200": { "schema": { "type": "object", "properties": { "count": { "type": "integer" },
        "value": { "type": "array", "items": { "properties": { "id": { "type": "string" } } } } } } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "view": { "in": "query", "name": "view",
    "x-ms-dynamic-properties": { "operationId": "GetViews", "itemValuePath": "schema" }
                                                                             ^^^^^^^^
  } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "responses": { "200": { "schema": { "type": "object", "properties": { "count": { "type": "integer" },
        "value": { "type": "array", "items": { "properties": { "id": { "type": "string" } } } } } } } } } } } }
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "parameters": { "view": { "in": "query", "name": "view",
    "x-ms-dynamic-list": { "operationId": "GetViews", "itemsPath": "value", "itemValuePath": "id", "itemTitlePath": "" }
  } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "responses": { "200": { "schema": { "type": "object", "properties": { "count": { "type": "integer" },
        "value": { "type": "array", "items": { "properties": { "id": { "type": "string" } } } } } } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "view": { "in": "query", "name": "view",
    "x-ms-dynamic-list": { "operationId": "GetViews", "itemsPath": "value", "itemValuePath": "a/b", "itemTitlePath": "c" }
  } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "responses": { "200": { "schema": { "type": "object", "properties": {
        "value": { "type": "array", "items": { "properties": { "a/b": {} }, "allOf": [{ "properties": { "c": {} } }] } } } } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "view": { "in": "query", "name": "view",
    "x-ms-dynamic-values": { "operationId": "GetViews", "value-path": "id" }
  } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "responses": { "200": { "schema": { "type": "array", "items": { "type": "string" } } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "view": { "in": "query", "name": "view",
    "x-ms-dynamic-schema": { "operationId": "GetViews", "value-path": "value/id" }
  } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "responses": { "200": { "schema": { "type": "object", "properties": { "count": { "type": "integer" },
        "value": { "type": "array", "items": { "properties": { "id": { "type": "string" } } } } } } } } } } } }
"#,
        ),
    ],
    visits: &[Visit::Extension(check)],
};

fn check(context: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    for call in Call::all(extension) {
        let names: &[&str] = match call.kind {
            Kind::Values => &["value-path", "value-title"],
            Kind::List | Kind::Tree => &["itemValuePath", "itemTitlePath"],
            Kind::Schema => &["value-path"],
            Kind::Properties => &["itemValuePath"],
        };
        let Some(root) = root(context, &call) else { continue };
        for path in names.iter().filter_map(|name| call.node.get(name)) {
            if let Some(text) = path.as_str()
                && matches!(schema_path::follow(context, root, text), Found::Missing)
            {
                out.at(path, "the answer of the called operation has no such property");
            }
        }
    }
}

/// The schema that the paths of a call start from.
fn root<'d>(context: &Context<'d>, call: &Call<'d>) -> Option<Node<'d>> {
    if matches!(call.kind, Kind::Schema | Kind::Properties) {
        return call.target(context)?.answer(context);
    }
    match call.collection(context)?.0 {
        Found::Schema { node, .. } if schema_path::type_of(context, node) == Some("array") => {
            schema_path::items(context, node)
        }
        _ => None,
    }
}
