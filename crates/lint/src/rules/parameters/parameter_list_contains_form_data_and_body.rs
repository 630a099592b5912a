use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ParameterListContainsFormDataAndBody",
    group: Group::Parameters,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The effective parameters of an operation hold both a body and a formData parameter.",
    why: "Both describe the request body, in two encodings; a request can only be sent in one of them.",
    fix: "describe the body either with one body parameter or with formData parameters",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [
                         ^^^^^^
    { "in": "body", "name": "item" },
    { "in": "formData", "name": "file" }
] } } } }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "formData", "name": "a" }, { "in": "formData", "name": "b" }] } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let has = |location| operation.parameters.iter().any(|parameter| parameter.location == location);
    if has("body") && has("formData") {
        out.at_key(operation.node, "the operation has both a body parameter and formData parameters");
    }
}
