use crate::dynamic::{Given, Input, Use};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationParameterNameNotFound",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A member of the `parameters` of an `x-ms-dynamic-*` extension names neither a parameter nor a property \
           in the body of the called operation; or a reference in it names neither of the operation that makes the \
           call. Paths go with or without the name of the body parameter in front. A body that does not name its \
           properties, or allows more of them, takes any name. Choices (values, list, tree) in answers are not \
           judged.",
    why: "The call goes out without the value, so that the service refuses it or answers for everything.",
    fix: "name an input of the operation, for one in the body by its path",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "list", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "List": "a", "list": { "parameter": "id" } } } }
                                                                                                    ^^^^^^                              ^^^^
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "list", "type": "string" }] } } } }
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "list", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": { "id": { "type": "string" },
    "view": { "type": "string", "x-ms-dynamic-list": { "operationId": "GetViews", "parameters": { "list": { "parameterReference": "body/id" } } } }
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "list", "type": "string" }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "id", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "any": { "parameter": "id" }, "ID": "a" } } }
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "header", "name": "id", "type": "string" }, { "in": "body", "name": "filter", "schema": { "type": "object" } }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetOther", "parameters": { "any": "a" } } }
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "list", "type": "string" }] } } } }
"#,
        ),
    ],
    visits: &[Visit::Dynamic(check)],
};

fn check(_: &Context<'_>, made: &Use<'_, '_>, out: &mut Out<'_>) {
    for argument in &made.arguments {
        if argument.input.as_ref().is_some_and(Input::is_missing) {
            out.at_key(argument.node, format!("the called operation has no input {}", quoted(argument.name)));
        }
        if let Given::Reference { node, input } = &argument.given
            && input.is_missing()
        {
            let name = quoted(node.as_str().unwrap_or_default());
            out.at(*node, format!("an operation that makes this call has no input {name}"));
        }
    }
}
