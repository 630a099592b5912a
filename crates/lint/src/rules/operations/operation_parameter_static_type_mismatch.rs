use crate::Out;
use crate::dynamic::{Given, Use};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::types;
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationParameterStaticTypeMismatch",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A fixed value in the `parameters` of an `x-ms-dynamic-*` extension is not of the type of the input it is \
           for. An integer fits `number`; null, and an input without a known type, are not judged. A warning where \
           the value is a text with a number in it and the input is a number.",
    why: "Clients that check the call against the definition refuse it, and others send a text where the service \
           reads a number.",
    fix: "write the value in the JSON form of the type",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "top": true, "size": "10" } } }
                                                                                                           ^^^^          ^^^^
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "top", "type": "integer" }, { "in": "query", "name": "size", "type": "integer" }] } } } }
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-list": { "operationId": "GetViews", "parameters": { "top": { "value": 1 }, "size": { "value": null }, "rate": { "value": 10 }, "file": { "value": "a" } } } }
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "top", "type": "integer" }, { "in": "query", "name": "size", "type": "integer" }, { "in": "query", "name": "rate", "type": "number" }, { "in": "formData", "name": "file", "type": "file" }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "n", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "top": { "parameter": "n" } } } }
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "top", "type": "integer" }] } } } }
"#,
        ),
    ],
    visits: &[Visit::Dynamic(check)],
};

fn check(context: &Context<'_>, made: &Use<'_, '_>, out: &mut Out<'_>) {
    for argument in &made.arguments {
        let (Some(input), Given::Literal(value)) = (&argument.input, &argument.given) else { continue };
        let value = *value;
        let Some(type_name) = input.type_name(context).filter(|name| types::is_known(name)) else { continue };
        if value.is_null() || types::fits(value, type_name) {
            continue;
        }
        let message = format!("the value is of kind {}, the input of type `{type_name}`", value.kind());
        let is_numeric = matches!(type_name, "integer" | "number")
            && value.as_str().is_some_and(|text| text.trim().parse::<f64>().is_ok_and(f64::is_finite));
        if is_numeric {
            out.severity(Severity::Warning).at(value, message);
        } else {
            out.at(value, message);
        }
    }
}
