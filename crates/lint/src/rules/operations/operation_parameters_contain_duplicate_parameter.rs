use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastSet;

pub(crate) static RULE: Rule = Rule {
    id: "OperationParametersContainDuplicateParameter",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Two parameters in an operation's own list have the same name and the same place, references \
           followed. Header names are compared without regard to case. A parameter of the path that the \
           operation overrides is no duplicate.",
    why: "One value in the request has two descriptions, and readers do not agree on which one holds.",
    fix: "remove one of the two",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "parameters": [
    { "in": "query", "name": "top" },
    { "in": "query", "name": "top", "type": "integer" }
                             ^^^^^
] } } } }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": {
    "parameters": [{ "in": "query", "name": "top" }],
    "get": { "parameters": [{ "in": "query", "name": "top" }, { "in": "header", "name": "top" }] }
} } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let mut seen = FastSet::default();
    for parameter in operation.own_parameters.iter().filter(|parameter| !parameter.name.is_empty()) {
        if !seen.insert(parameter.input()) {
            let (place, name) = (parameter.location, quoted(parameter.name));
            out.at_parameter(parameter, format!("the {place} parameter {name} is declared twice"));
        }
    }
}
