use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationParametersContainMultipleBodyParameters",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An operation has more than one effective parameter in `body`. Each one after the first is reported.",
    why: "A request has one body; a second parameter has no place to go.",
    fix: "make the values properties of one body parameter",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [
    { "in": "body", "name": "item" },
    { "in": "body", "name": "note" }
                            ^^^^^^
] } } } }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "item" }, { "in": "query", "name": "note" }] } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    for parameter in operation.parameters.iter().filter(|parameter| parameter.location == "body").skip(1) {
        out.at_parameter(parameter, "the operation has more than one body parameter");
    }
}
