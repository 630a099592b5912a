use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "PathParameterMustBeRequired",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A path parameter does not say `\"required\": true`.",
    why: "A path without the value is another path: it would reach another operation or none.",
    fix: "add \"required\": true to the parameter",
    bad: &[
        Example::Definition(
            r#"
{ "parameters": { "id": { "in": "path", "name": "id", "required": false } } }
                                                                  ^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "id": { "in": "path", "name": "id" } } }
                                                ^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "parameters": { "id": { "in": "path", "name": "id", "required": true }, "q": { "in": "query", "name": "q" } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.location != "path" {
        return;
    }
    match parameter.node.get("required") {
        Some(required) if required.as_bool() == Some(true) => {}
        Some(required) => out.at(required, "a path parameter must be required"),
        None => out.at_parameter(parameter, "a path parameter must be required"),
    }
}
