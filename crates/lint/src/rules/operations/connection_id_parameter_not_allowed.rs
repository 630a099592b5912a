use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ConnectionIdParameterNotAllowed",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A parameter is called `connectionId`, in any case and any place. Properties of a body of that name \
           are fine.",
    why: "Clients keep the id of the user's connection under this name; the two would be taken for each other.",
    fix: "rename the parameter",
    bad: &[Example::Definition(
        r#"
{ "parameters": { "c": { "in": "query", "name": "ConnectionID" } } }
                                                ^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "parameters": { "c": { "in": "query", "name": "connection" } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.name.eq_ignore_ascii_case("connectionId") {
        out.at_parameter(parameter, "a parameter cannot be called `connectionId`");
    }
}
