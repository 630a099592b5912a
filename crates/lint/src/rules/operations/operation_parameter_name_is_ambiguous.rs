use crate::dynamic::{Given, Input, Use};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationParameterNameIsAmbiguous",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A member of the `parameters` of an `x-ms-dynamic-*` extension has a name that is both a parameter and a \
           property in the body of the called operation. A `parameterReference` without a slash is judged in the \
           same way against the operation that makes the call. The `parameter` of the older extensions is left to \
           DynamicListExtensionRequiredForAmbiguousReferences and its like.",
    why: "The value may go to the one or to the other, as the client sees fit, and the call then asks for \
           something else than was meant.",
    fix: "write the full path with the name of the body parameter in front, for example \"body/list\"",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "list", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "list": "a" } } }
                                                                                                    ^^^^^^
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "list", "type": "string" }, { "in": "body", "name": "filter", "schema": { "properties": { "list": { "type": "string" } } } }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "list", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": { "list": { "type": "string" },
    "view": { "type": "string", "x-ms-dynamic-list": { "operationId": "GetViews", "parameters": { "id": { "parameterReference": "list" } } } }
                                                                                                                                ^^^^^^
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string" }] } } } }
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "list", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": { "list": { "type": "string" },
    "view": { "type": "string", "x-ms-dynamic-list": { "operationId": "GetViews", "parameters": { "filter/list": { "parameterReference": "body/list" } } } }
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "list", "type": "string" }, { "in": "body", "name": "filter", "schema": { "properties": { "list": { "type": "string" } } } }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "list", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": { "list": { "type": "string" },
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list" } } } }
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string" }] } } } }
"#,
        ),
    ],
    visits: &[Visit::Dynamic(check)],
};

fn check(_: &Context<'_>, made: &Use<'_, '_>, out: &mut Out<'_>) {
    for argument in &made.arguments {
        if argument.input.as_ref().is_some_and(Input::is_ambiguous) {
            let name = quoted(argument.name);
            out.at_key(
                argument.node,
                format!("{name} is a parameter and a property in the body of the called operation"),
            );
        }
        if let Given::Reference { node, input } = &argument.given
            && node.key() == Some("parameterReference")
            && input.is_ambiguous()
        {
            let name = quoted(node.as_str().unwrap_or_default());
            out.at(*node, format!("{name} is a parameter and a property of the body"));
        }
    }
}
