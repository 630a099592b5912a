use crate::Out;
use crate::family;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationStatusAheadOfConnector",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An operation has the status Production in `x-ms-api-annotation`, and the connector has not: the status in \
           `info` is another one, or there is none, which means Preview. Where `info` has no status, it is a warning. \
           Letter case does not matter.",
    why: "A connector in preview may change at any time, so none of its operations can promise more.",
    fix: "give info the status Production, or take it from the operation",
    bad: &[Example::Definition(
        r#"
{ "info": { "x-ms-api-annotation": { "status": "Preview" } },
  "paths": { "/items": { "get": { "x-ms-api-annotation": { "status": "Production" } } } } }
                                                                     ^^^^^^^^^^^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "info": { "x-ms-api-annotation": { "status": "production" } },
  "paths": { "/items": { "get": { "x-ms-api-annotation": { "status": "Production" } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "x-ms-api-annotation": { "status": "Preview" } }, "put": { "x-ms-api-annotation": { "family": "Production" } } } } }
"#,
        ),
    ],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(status) = family::annotation(operation.node).and_then(|annotation| annotation.status) else { return };
    if !family::is_production(Some(status)) {
        return;
    }
    match family::connector_status(context) {
        Some(other) if family::is_production(Some(other)) => {}
        Some(_) => out.at(status, "the operation is in production, the connector is not"),
        None => {
            out.severity(Severity::Warning).at(status, "the operation is in production, the connector has no status");
        }
    }
}
