use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "QueryParameterEncodingNotSupported",
    group: Group::Parameters,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A query parameter has `x-ms-url-encoding`.",
    why: "The extension works on path parameters only. On a query parameter it promises an encoding that \
           nobody applies.",
    fix: "remove x-ms-url-encoding from the query parameter",
    bad: &[Example::Definition(
        r#"
{ "parameters": { "q": { "in": "query", "name": "q", "x-ms-url-encoding": "single" } } }
                                                     ^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "parameters": { "id": { "in": "path", "name": "id", "x-ms-url-encoding": "single" } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.location != "query" {
        return;
    }
    if let Some(encoding) = parameter.node.get("x-ms-url-encoding") {
        out.at_key(encoding, "a query parameter cannot choose its encoding");
    }
}
