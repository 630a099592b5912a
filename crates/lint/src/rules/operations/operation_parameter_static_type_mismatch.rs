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
           for. An integer fits `number`; null fits nothing. An input without a known type is not judged. A warning \
           where the value is a text with a number in it that the input would take.",
    why: "Clients that check the call against the definition refuse it, and others send a text where the service \
           reads a number.",
    fix: "write the value in the JSON form of the type",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "top": true, "size": "10", "sort": null } } }
                                                                                                           ^^^^          ^^^^          ^^^^
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "top", "type": "integer" }, { "in": "query", "name": "size", "type": "integer" }, { "in": "query", "name": "sort", "type": "string" }] } } } }
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-list": { "operationId": "GetViews", "parameters": { "top": { "value": 1 }, "size": { "value": 2.0 }, "rate": { "value": 10 }, "file": { "value": "a" } } } }
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
        if types::fits(value, type_name) {
            continue;
        }
        let message = format!("the value is of kind {}, the input of type `{type_name}`", value.kind());
        if value.as_str().is_some_and(|text| holds(text, type_name)) {
            out.severity(Severity::Warning).at(value, message);
        } else {
            out.at(value, message);
        }
    }
}

/// Whether a text holds a number of this type.
fn holds(text: &str, type_name: &str) -> bool {
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.is_some_and(|number| type_name == "number" || type_name == "integer" && number.fract() == 0.0)
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn texts_that_hold_numbers() {
        for (text, type_name, expected) in [
            ("10", "integer", true),
            ("1.5", "integer", false),
            ("1.5", "number", true),
            ("inf", "number", false),
            ("", "integer", false),
            ("10", "boolean", false),
        ] {
            assert_eq!(holds(text, type_name), expected, "{text} {type_name}");
        }
    }
}
