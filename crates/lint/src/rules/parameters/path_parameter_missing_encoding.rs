use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "PathParameterMissingEncoding",
    group: Group::Parameters,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A path parameter has no `x-ms-url-encoding`.",
    why: "Whether a slash in the value is encoded once or twice decides whether it stays one segment. Clients \
           that have to guess disagree.",
    fix: "add \"x-ms-url-encoding\": \"single\" (or \"double\" when the service decodes twice)",
    bad: &[Example::Definition(
        r#"
{ "parameters": { "id": { "in": "path", "name": "id", "required": true } } }
                                                ^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "parameters": { "id": { "in": "path", "name": "id", "x-ms-url-encoding": "double" }, "q": { "in": "query", "name": "q" } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.location == "path" && parameter.node.get("x-ms-url-encoding").is_none() {
        out.at_parameter(
            parameter,
            format!("the path parameter {} does not say how it is encoded", quoted(parameter.name)),
        );
    }
}
