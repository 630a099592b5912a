use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BodyOrFormDataParameterInFetchOperationNotAllowed",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An operation with the method `get` or `head` has a parameter in `body` or `formData`.",
    why: "A body of a fetch has no meaning in HTTP; proxies and servers drop it or refuse the request.",
    fix: "pass the value as a query parameter, or use the method post",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "parameters": [{ "in": "body", "name": "filter" }] } } } }
                                                                         ^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "filter" }] } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    if matches!(operation.method, "get" | "head") {
        for parameter in operation.parameters.iter().filter(|parameter| parameter.is_payload()) {
            out.at_parameter(parameter, "a fetch has a parameter in its body");
        }
    }
}
