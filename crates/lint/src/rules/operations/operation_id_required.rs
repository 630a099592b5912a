use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationIdRequired",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An operation has no `operationId`, or an empty one. One that is no text at all is reported by \
           JsonTypeIncorrect.",
    why: "Callers, policies and the ledger name an operation by its id. Without one it cannot be called or \
           permitted.",
    fix: "give the operation an operationId in PascalCase, for example \"GetItem\"",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": {} } } }
                         ^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "operationId": " " } } } }
                                                 ^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "operationId": "ListItems" }, "post": { "operationId": 7 }, "parameters": [] } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    match operation.id {
        None => out.at_key(operation.node, "the operation has no operationId"),
        Some(id) if id.as_str().is_some_and(|text| text.trim().is_empty()) => out.at(id, "the operationId is empty"),
        Some(_) => {}
    }
}
