use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "NonBodyParameterSchemaNotValid",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A parameter in `path`, `query`, `header` or `formData` has a `schema`.",
    why: "Only a body is described by a schema. Readers ignore it elsewhere, and with it the type of the parameter. \
          OpenAPI 3 is different here.",
    fix: "write type, format and items on the parameter itself",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "parameters": [{ "in": "query", "name": "top", "schema": { "type": "integer" } }] } } } }
                                                                                 ^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "item", "schema": {} }, { "in": "query", "name": "schema", "type": "string" }] } } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if matches!(parameter.location, "path" | "query" | "header" | "formData")
        && let Some(schema) = parameter.node.get("schema")
    {
        out.at_key(schema, "only a parameter in body has a schema");
    }
}
