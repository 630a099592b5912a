use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BodyParameterSchemaRequired",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A parameter in `body` has no `schema`.",
    why: "A body is described by its schema alone; without one no client knows what to send.",
    fix: "add a \"schema\" to the parameter",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "item", "type": "object" }] } } } }
                                                                          ^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "item", "schema": {} }, { "in": "query", "name": "body" }] } } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.location == "body" && parameter.node.get("schema").is_none() {
        out.at_parameter(parameter, "the body has no schema");
    }
}
