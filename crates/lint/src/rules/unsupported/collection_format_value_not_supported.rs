use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "CollectionFormatValueNotSupported",
    group: Group::Unsupported,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `collectionFormat` of a parameter, of its items or of a header is not `csv`.",
    why: "Clients join the entries of a list with commas, whatever the document says; a service that expects another \
          form misreads them.",
    fix: "take lists with commas, and write \"csv\" or leave collectionFormat out",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "parameters": [{ "in": "query", "name": "ids", "type": "array", "collectionFormat": "multi", "items": { "type": "string" } }] } } } }
                                                                                                                      ^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "parameters": [{ "in": "query", "name": "ids", "type": "array", "collectionFormat": "csv", "items": { "type": "string" } }] } } },
  "definitions": { "Query": { "properties": { "collectionFormat": { "enum": ["multi"] } }, "example": { "collectionFormat": "multi" } } } }
"#,
    )],
    visits: &[Visit::Value(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    if let Some(format) = value.collection_format.filter(|format| format.as_str() != Some("csv")) {
        out.at(format, "lists can only be joined with commas");
    }
}
