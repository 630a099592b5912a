use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-ProtocolHeaderParameter",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("Swagger 2.0"),
    what: "A header parameter is named `Accept` or `Content-Type`, in any letter case.",
    why: "What a client sends and wants to get is said by `consumes` and `produces`; readers of Swagger pass over \
           parameters of these names.",
    fix: "remove the parameter, and list the types under consumes or produces",
    bad: &[Example::Definition(
        r#"
{ "parameters": { "a": { "in": "header", "name": "accept", "type": "string" } } }
                                                 ^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "parameters": { "a": { "in": "header", "name": "Accept-Language", "type": "string" }, "b": { "in": "query", "name": "Accept", "type": "string" } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

const NAMES: [&str; 2] = ["Accept", "Content-Type"];

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.location == "header" && NAMES.iter().any(|name| name.eq_ignore_ascii_case(parameter.name)) {
        let name = quoted(parameter.name);
        out.at_parameter(parameter, format!("the header {name} is not set by a parameter"));
    }
}
