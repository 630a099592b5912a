use crate::Out;
use crate::mime;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, Parameter};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ConsumesMissing",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An operation takes a body or form data, and the `consumes` that holds for it (its own, else that of the \
           document) is missing, empty, or lists no MIME type that connectors can use. Parameters of a MIME type, such \
           as a charset, and letter case do not matter.",
    why: "Nothing says in which form the values are to be sent, so each client chooses one and the service may refuse \
          it.",
    fix: "list what the operation takes in \"consumes\", for example \"application/json\"",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "item", "schema": {} }] } } } }
                         ^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "consumes": ["application/json"],
  "paths": { "/items": { "post": { "consumes": ["application/xml"], "parameters": [{ "in": "formData", "name": "note" }] } } } }
                                   ^^^^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "consumes": ["Application/JSON; charset=utf-8"],
  "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "item", "schema": {} }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "parameters": [{ "in": "query", "name": "body" }] } } } }
"#,
        ),
    ],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    if !operation.parameters.iter().any(Parameter::is_payload) {
        return;
    }
    let consumes = mime::effective(context, operation, "consumes");
    if consumes.is_some_and(|(list, types)| !list.is_array() || types.has_supported) {
        return;
    }
    match operation.node.get("consumes") {
        Some(own) => out.at(own, "the operation has a body, and consumes lists nothing that it can be sent as"),
        None => out.at_key(operation.node, "the operation has a body, and nothing says what it can be sent as"),
    }
}
