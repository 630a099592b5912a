use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::template;
use crate::view::{Context, Operation};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastSet;

pub(crate) static RULE: Rule = Rule {
    id: "PathParameterNotDefinedInTemplate",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An effective path parameter of an operation is in no variable of its path. A shared parameter that \
           no operation uses is not reported. Where the braces of the path are wrong, nobody can tell its variables: \
           OperationPathTemplateNotValid reports the path.",
    why: "Its value has no place in the address: the caller is asked for something that is thrown away.",
    fix: "put {name} into the path, or remove the parameter",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "parameters": [{ "in": "path", "name": "id" }] } } } }
                                                                         ^^^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items('{id}')": { "get": { "parameters": [{ "in": "path", "name": "id" }] } } }, "parameters": { "x": { "in": "path", "name": "x" } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items/{id": { "get": { "parameters": [{ "in": "path", "name": "id" }] } } } }
"#,
        ),
    ],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    if template::check(operation.path).is_err() {
        return;
    }
    let variables: FastSet<&str> = template::variables(operation.path).collect();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.location == "path") {
        if !variables.contains(parameter.name) {
            let (name, path) = (quoted(parameter.name), quoted(operation.path));
            out.at_parameter(parameter, format!("the path parameter {name} does not occur in the path {path}"));
        }
    }
}
