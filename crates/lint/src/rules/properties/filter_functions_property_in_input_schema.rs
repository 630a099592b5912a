use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "FilterFunctionsPropertyInInputSchema",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`filterFunctions` stands in a schema that the body of an operation, or a shared parameter in the body, leads \
           to, references followed.",
    why: "It describes the columns of an answer. A value that the caller sends cannot be filtered.",
    fix: "remove filterFunctions, or use another definition for the input",
    bad: &[
        Example::Definition(
            r##"
{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "b", "schema": { "items": { "$ref": "#/definitions/A" } } }] } } },
  "definitions": { "A": { "properties": { "n": { "x-ms-capabilities": { "filterFunctions": ["eq"] } } } } } }
                                                                        ^^^^^^^^^^^^^^^^^
"##,
        ),
        Example::Definition(
            r#"
{ "parameters": { "B": { "in": "body", "name": "b", "schema": { "x-ms-capabilities": { "filterFunctions": ["eq"] } } } } }
                                                                                       ^^^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "paths": { "/a": { "post": { "responses": { "200": { "schema": { "items": { "$ref": "#/definitions/A" } } } } } } },
  "definitions": { "A": { "properties": { "n": { "x-ms-capabilities": { "filterFunctions": ["eq"] } } } } } }
"##,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for capabilities in &context.survey().schema_capabilities {
        if let Some(list) = capabilities.get("filterFunctions")
            && capabilities.parent().is_some_and(|schema| context.usage().is_input(schema))
        {
            out.at(list, "filter functions stand in the schema of a request's body");
        }
    }
}
