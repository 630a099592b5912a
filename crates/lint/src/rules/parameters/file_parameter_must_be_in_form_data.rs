use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "FileParameterMustBeInFormData",
    group: Group::Parameters,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A parameter of type `file` is in another place than `formData`.",
    why: "A file travels as a part of a form; a URL, a header or a JSON body cannot hold one.",
    fix: "move the parameter to formData, and list \"multipart/form-data\" in consumes",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "query", "name": "photo", "type": "file" }] } } } }
                                                                                            ^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "formData", "name": "photo", "type": "file" }, { "in": "query", "name": "file", "type": "string" }] } } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.location.is_empty() || parameter.location == "formData" {
        return;
    }
    if let Some(type_name) = parameter.node.get("type").filter(|type_name| type_name.as_str() == Some("file")) {
        out.at(type_name, "a file can only be a parameter in formData");
    }
}
