use crate::dynamic::{Given, Use};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationParameterRequiredMismatch",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A reference in the `parameters` of an `x-ms-dynamic-*` extension gives an optional parameter without a \
           default to a required input of the called operation. A property in the body of that operation is \
           required when it and all properties around it are in `required`; a path parameter is so always. \
           References to properties of the body are not judged: there they are often optional only because an \
           update need not give everything.",
    why: "While the optional parameter is empty the call cannot be made, and the user sees an empty list or an \
           error instead of a choice.",
    fix: "make the parameter required, give it a default, or make the input of the called operation optional",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "list", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list" } } } }
                                                                                                                         ^^^^^^
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string", "required": true }] } } } }
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "list", "type": "string", "required": true },
    { "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list" } } } }
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string", "required": true }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "list", "type": "string", "default": "a" },
    { "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list" } } } }
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string", "required": true }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "properties": { "list": { "type": "string" },
    "view": { "type": "string", "x-ms-dynamic-list": { "operationId": "GetViews", "parameters": { "id": { "parameterReference": "body/list" } } } }
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string", "required": true }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "list", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": {
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
        let (Some(target), Given::Reference { node, input }) = (&argument.input, &argument.given) else { continue };
        if target.is_required() == Some(true) && input.may_be_absent() {
            out.at(*node, format!("it is optional, and {} of the called operation is required", quoted(argument.name)));
        }
    }
}
