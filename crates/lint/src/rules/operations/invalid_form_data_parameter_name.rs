use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "InvalidFormDataParameterName",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The name of a parameter in `formData` holds a character that is not ASCII.",
    why: "Names of form fields travel in headers of the parts, where other characters have no agreed encoding.",
    fix: "use a name of ASCII characters, and put the readable one into x-ms-summary",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "formData", "name": "größe", "type": "string" }] } } } }
                                                                              ^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "formData", "name": "size [cm]", "x-ms-summary": "Größe" }] }, "get": { "parameters": [{ "in": "query", "name": "größe" }] } } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.location == "formData" && !parameter.name.is_ascii() {
        out.at_parameter(parameter, format!("the form field {} is not written in ASCII", quoted(parameter.name)));
    }
}
