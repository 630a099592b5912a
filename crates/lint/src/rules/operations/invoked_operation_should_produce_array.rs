use crate::dynamic::Call;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path::{self, Found};
use crate::view::{Context, Extension};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "InvokedOperationShouldProduceArray",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The operation that `x-ms-dynamic-values`, `x-ms-dynamic-list` or `x-ms-dynamic-tree` calls answers with \
           a known schema, and what `value-collection` or `itemsPath` leads to (without one: the answer itself) is \
           of another type than `array`, or is a property that the schema does not have. Silent where nobody can \
           tell: a schema without type, an object that names no properties or allows more of them, one that is \
           fetched at run time.",
    why: "The choices are the elements of an array. Where the answer has none the list stays empty, and the user \
           sees no reason.",
    fix: "let the path lead to the array in the answer, as the schema of the called operation names it",
    bad: &[
        Example::Definition(
            r#"
{ "parameters": { "view": { "in": "query", "name": "view",
    "x-ms-dynamic-values": { "operationId": "GetViews", "value-collection": "count", "value-path": "id" }
                                                                            ^^^^^^^
  } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "responses": { "200": { "schema": { "type": "object", "properties": { "count": { "type": "integer" },
        "value": { "type": "array", "items": { "properties": { "id": { "type": "string" } } } } } } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "view": { "in": "query", "name": "view",
    "x-ms-dynamic-list": { "operationId": "GetViews", "itemsPath": "values", "itemValuePath": "id" }
                                                                   ^^^^^^^^
  } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "responses": { "200": { "schema": { "type": "object", "properties": { "count": { "type": "integer" },
        "value": { "type": "array", "items": { "properties": { "id": { "type": "string" } } } } } } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "view": { "in": "query", "name": "view",
    "x-ms-dynamic-tree": { "open": { "operationId": "GetViews", "itemValuePath": "id" } }
                                                    ^^^^^^^^^^
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
    "x-ms-dynamic-values": { "operationId": "GetViews", "value-collection": "value", "value-path": "id" }
  } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "responses": { "200": { "schema": { "type": "object", "properties": { "count": { "type": "integer" },
        "value": { "type": "array", "items": { "properties": { "id": { "type": "string" } } } } } } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "view": { "in": "query", "name": "view",
    "x-ms-dynamic-list": { "operationId": "GetViews", "itemValuePath": "id" }
  } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "responses": { "200": { "schema": { "type": "array", "items": { "type": "string" } } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "view": { "in": "query", "name": "view",
    "x-ms-dynamic-list": { "operationId": "GetViews", "itemsPath": "list" }
  } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "responses": { "200": { "schema": { "properties": { "count": {} }, "additionalProperties": { "type": "string" } } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "view": { "in": "query", "name": "view",
    "x-ms-dynamic-list": { "operationId": "GetViews" }
  } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "responses": { "200": { "schema": { "type": "object" } } } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "view": { "in": "query", "name": "view",
    "x-ms-dynamic-schema": { "operationId": "GetViews", "value-path": "count" }
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
        let Some((found, path)) = call.collection(context) else { continue };
        let message = match found {
            Found::Unknown => continue,
            Found::Missing => "the answer of the called operation has no such property".to_owned(),
            Found::Schema { node, .. } => match schema_path::type_of(context, node) {
                None | Some("array") => continue,
                Some("object") if schema_path::is_vague(context, node) => continue,
                Some(type_name) => format!("the answer of the called operation is of type {} here", quoted(type_name)),
            },
        };
        if let Some(place) = path.or_else(|| call.node.get("operationId")) {
            out.at(place, message);
        }
    }
}
