use crate::Out;
use crate::dynamic::{Given, Use};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::types;
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationParameterTypeMismatch",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A reference in the `parameters` of an `x-ms-dynamic-*` extension gives an input of one type to an input \
           of another type of the called operation. An integer may be given to `number`; an input without a known \
           type is not judged.",
    why: "What the user has filled in is then sent in a form that the called operation does not take.",
    fix: "give both inputs the same type",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "list", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list" } } } }
                                                                                                                         ^^^^^^
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "integer" }] } } } }
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "list", "type": "integer" },
    { "in": "body", "name": "body", "schema": { "properties": { "name": {},
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list" }, "any": { "parameter": "name" } } } }
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "number" }, { "in": "query", "name": "any", "type": "integer" }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "list", "type": "string" },
    { "in": "body", "name": "body", "schema": { "properties": {
    "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": "list" } } }
  } } }] } },
  "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "integer" }] } } } }
"#,
        ),
    ],
    visits: &[Visit::Dynamic(check)],
};

fn check(context: &Context<'_>, made: &Use<'_, '_>, out: &mut Out<'_>) {
    for argument in &made.arguments {
        let (Some(target), Given::Reference { node, input }) = (&argument.input, &argument.given) else { continue };
        let known = |type_name: &&str| types::is_known(type_name);
        let Some(taken) = target.type_name(context).filter(known) else { continue };
        let Some(given) = input.type_name(context).filter(known) else { continue };
        if given != taken && (given, taken) != ("integer", "number") {
            out.at(*node, format!("it is of type `{given}`, the input of the called operation of type `{taken}`"));
        }
    }
}
