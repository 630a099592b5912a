use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path::{self, Found};
use crate::view::{Context, Operation};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PageablePropertyMissing",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector extensions guide"),
    what: "The `nextLinkName` of `x-ms-pageable` is no property of the schema of the 200 response, letter case \
           counting. Silent where the schema does not name all its properties, or is no object.",
    why: "The link to the next page is looked for in this property. Where the answer has none, a client stops \
           after the first page and takes it for everything.",
    fix: "name the property of the answer that holds the link, or add it to the schema of the response",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "x-ms-pageable": { "nextLinkName": "nextLink" },
                                                                     ^^^^^^^^^^
    "responses": { "200": { "schema": { "properties": { "nextlink": { "type": "string" } } } } } } } } }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": {
    "get": { "x-ms-pageable": { "nextLinkName": "@odata.nextLink" },
        "responses": { "200": { "schema": { "allOf": [{ "properties": { "@odata.nextLink": { "type": "string" } } }] } } } },
    "post": { "x-ms-pageable": { "nextLinkName": "nextLink" },
        "responses": { "200": { "schema": { "properties": { "value": {} }, "additionalProperties": {} } } } } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(name) = operation.node.get("x-ms-pageable").and_then(|said| said.get("nextLinkName")) else { return };
    let Some(text) = name.as_str().filter(|text| !text.is_empty()) else { return };
    if operation.responses.is_some_and(|responses| responses.get("200").is_some())
        && let Some(answer) = operation.answer(context)
        && schema_path::type_of(context, answer) != Some("array")
        && matches!(schema_path::property(context, answer, text), Found::Missing)
    {
        out.at(name, format!("the 200 response has no property {}", quoted(text)));
    }
}
