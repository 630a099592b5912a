use crate::keywords::is_open_api_3;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Extension};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-OpenApi3Construct",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("Swagger 2.0"),
    what: "The definition itself, an operation, a parameter or a schema has a member of OpenAPI 3: `openapi`, \
           `servers`, `components`, `requestBody`, `callbacks`, `content`, `links`, `oneOf`, `anyOf`, `not` or \
           `nullable`. Names of properties, definitions and headers are data and are not judged.",
    why: "A definition is read as Swagger 2.0; what only the newer version knows is passed over, and with it the \
           body, the address or the choice that it describes.",
    fix: "write it the way of Swagger 2.0, for example a body parameter instead of requestBody",
    bad: &[
        Example::Definition(
            r#"
{ "openapi": "3.0.1", "paths": { "/items": { "post": { "requestBody": {} } } } }
  ^^^^^^^^^                                            ^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "definitions": { "Id": { "type": "string", "nullable": true } } }
                                             ^^^^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "definitions": { "content": { "properties": { "nullable": { "type": "string" }, "not": { "type": "string" } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "swagger": "2.0", "paths": { "/items": { "get": { "x-callbacks": 1 } } }, "x-servers": [] }
"#,
        ),
    ],
    visits: &[Visit::Extension(check)],
};

fn check(_: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    if is_open_api_3(extension.holder, extension.name) {
        out.at_key(extension.node, format!("{} belongs to OpenAPI 3", quoted(extension.name)));
    }
}
