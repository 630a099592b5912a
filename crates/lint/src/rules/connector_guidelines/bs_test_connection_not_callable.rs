use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use crate::{Out, quoted, schema_path};
use backshell_findings::Severity;
use backshell_model::FastSet;
use backshell_source::{Member, Node};

pub(crate) static RULE: Rule = Rule {
    id: "BS-TestConnectionNotCallable",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "The operation that `testConnection` names is neither a get nor a post; or it needs an input without a \
           default that `parameters` does not give: a required parameter (every path parameter is one), or for a \
           required body one of its required properties, those of its `allOf` included; or a value in `parameters` is a reference (`parameter` or `parameterReference`) \
           instead of a literal. An operation that does not exist is another rule's.",
    why: "The test runs when a connection is made, before anybody has entered anything: it would fail for every \
           connection, good or bad.",
    fix: "name an operation that can be called with fixed values",
    bad: &[
        Example::Definition(
            r#"
{ "x-ms-capabilities": { "testConnection": { "operationId": "GetItem" } },
                                                            ^^^^^^^^^
  "paths": { "/items/{id}": { "get": { "operationId": "GetItem", "parameters": [{ "in": "path", "name": "id", "required": true }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-capabilities": { "testConnection": { "operationId": "ListItems", "parameters": { "top": { "parameter": "n" } } } },
                                                                                         ^^^^^
  "paths": { "/items": { "get": { "operationId": "ListItems" } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-capabilities": { "testConnection": { "operationId": "DropItems" } }, "paths": { "/items": { "delete": { "operationId": "DropItems" } } } }
                                                            ^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-capabilities": { "testConnection": { "operationId": "GetItem" } },
                                                            ^^^^^^^^^
  "paths": { "/items/{id}": { "get": { "operationId": "GetItem", "parameters": [{ "in": "path", "name": "id" }] } } } }
"#,
        ),
        Example::Definition(
            r##"
{ "x-ms-capabilities": { "testConnection": { "operationId": "Ask" } },
                                                            ^^^^^
  "paths": { "/ask": { "post": { "operationId": "Ask", "parameters": [{ "in": "body", "name": "body", "required": true, "schema": { "allOf": [{ "$ref": "#/definitions/Question" }] } }] } } },
  "definitions": { "Question": { "required": ["q"], "properties": { "q": { "type": "string" } } } } }
"##,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "x-ms-capabilities": { "testConnection": { "operationId": "ListItems", "parameters": { "top": 1 } } },
  "paths": { "/items": { "get": { "operationId": "ListItems", "parameters": [{ "in": "query", "name": "top", "required": true }, { "in": "header", "name": "v", "required": true, "default": "2" }, { "in": "query", "name": "q" }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-capabilities": { "testConnection": { "operationId": "Nothing" } }, "paths": { "/items": { "delete": { "operationId": "nothing" } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-capabilities": { "testConnection": { "operationId": 1 } }, "paths": { "/items": { "delete": { "operationId": 2 } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-capabilities": { "testConnection": { "operationId": "Ask", "parameters": { "q": "x" } } },
  "paths": { "/ask": { "post": { "operationId": "Ask", "parameters": [{ "in": "body", "name": "body", "required": true, "schema": { "required": ["q", "lang"], "properties": { "q": {}, "lang": { "default": "en" } } } }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-capabilities": { "testConnection": { "operationId": "Ask" } },
  "paths": { "/ask/{v}": { "post": { "operationId": "Ask", "parameters": [{ "in": "path", "name": "v", "default": "2" },
      { "in": "body", "name": "body", "required": true, "schema": { "required": ["lang"], "allOf": [{ "properties": { "lang": { "default": "en" } } }] } }] } } } }
"#,
        ),
    ],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let Some(test) = context.root.get("x-ms-capabilities").and_then(|all| all.get("testConnection")) else { return };
    let given = test.get("parameters");
    for member in given.into_iter().flat_map(Node::visible_members) {
        if ["parameter", "parameterReference"].iter().any(|name| member.value.get(name).is_some()) {
            out.at_key(member.value, format!("the value of {} is a reference", quoted(member.key)));
        }
    }
    let Some(id) = test.get("operationId") else { return };
    let Some(operation) = id.as_str().and_then(|id| context.operation_with_id(id)) else { return };
    if !matches!(operation.method, "get" | "post") {
        out.at(id, format!("a test cannot call a {}", operation.method));
        return;
    }
    for parameter in &operation.parameters {
        if let Some(missing) = missing_input(context, parameter, given) {
            let message = format!("the operation needs {}, which the test does not give", quoted(missing));
            // Of a body only the first property is named; the finding is the same when that one is given and another is not.
            out.lacking(parameter.name).at(id, message);
        }
    }
}

/// What a call cannot do without for this parameter, and does not get.
fn missing_input<'d>(context: &Context<'d>, parameter: &Parameter<'d>, given: Option<Node<'d>>) -> Option<&'d str> {
    let is_given = |name: &str| given.is_some_and(|given| given.get(name).is_some());
    if !parameter.is_required() || parameter.node.get("default").is_some() || is_given(parameter.name) {
        return None;
    }
    if parameter.location != "body" {
        return Some(parameter.name);
    }
    let parts = schema_path::parts(context, parameter.node.get("schema")?)?;
    let has_default = |written: Node<'d>| {
        written.get("default").is_some() || context.schema(written).is_none_or(|schema| schema.get("default").is_some())
    };
    let steps = &context.lookups.steps;
    // An operation may have many bodies, and each looks through what is given.
    if !steps.take(given.map_or(0, Node::len), parameter.node) {
        return None;
    }
    let behind = |member: Member<'d>| member.key.strip_prefix(parameter.name)?.strip_prefix('/');
    let paths: FastSet<&str> = given.into_iter().flat_map(Node::visible_members).filter_map(behind).collect();
    let in_body = |name: &str| is_given(name) || paths.contains(name);
    schema_path::demanded(&parts)
        .take_while(|_| steps.take(parts.len(), parameter.node))
        .find(|name| !in_body(name) && !schema_path::written(&parts, name).is_some_and(has_default))
}
