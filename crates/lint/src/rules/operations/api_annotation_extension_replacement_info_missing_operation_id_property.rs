use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ApiAnnotationExtensionReplacementInfoMissingOperationIdProperty",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `replacement` in the `x-ms-api-annotation` of an operation is an object without a text in \
           `operationId`: the member is absent, of another kind, or blank. Whether the operation exists is \
           judged by OperationIdNotFound.",
    why: "Without it nobody can tell which operation to move to, and a client cannot offer the move.",
    fix: "name the operation to use instead in \"operationId\"",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "deprecated": true,
    "x-ms-api-annotation": { "replacement": { "api": "contoso" } } } } } }
                             ^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items/{id}": { "get": { "deprecated": true,
    "x-ms-api-annotation": { "replacement": { "api": "contoso", "operationId": "" } } } } } }
                                                                               ^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "deprecated": true,
    "x-ms-api-annotation": { "replacement": { "api": "contoso", "operationId": "ListItems_V2" } } },
    "post": { "x-ms-api-annotation": { "family": "AddItem", "revision": 1 } } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let replacement = operation.node.get("x-ms-api-annotation").and_then(|said| said.get("replacement"));
    let Some(replacement) = replacement.filter(|node| node.is_object()) else { return };
    match replacement.get("operationId") {
        None => out.at_key(replacement, "the replacement has no `operationId`"),
        Some(named) if named.as_str().is_none_or(|text| text.trim().is_empty()) => {
            out.at(named, "the `operationId` of the replacement is no name");
        }
        Some(_) => {}
    }
}
