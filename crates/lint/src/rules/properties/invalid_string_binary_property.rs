use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "InvalidStringBinaryProperty",
    group: Group::Properties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A schema of type string and format binary stands below the root of a body or a response: as a property, as \
           items, or where a reference inside leads to it; or anywhere in what a webhook sends. At the root of a body or \
           a response the format is right; parameters of a form may have it too. Parts of `allOf` count as what they \
           are part of.",
    why: "Bytes have no place inside JSON. Clients cannot show or fill in such a value.",
    fix: "use the format byte, with the content in base64",
    bad: &[
        Example::Definition(
            r##"
{ "definitions": { "A": { "properties": { "file": { "type": "string", "format": "binary" } } } },
                                                                                ^^^^^^^^
  "paths": { "/a": { "get": { "responses": { "200": { "schema": { "$ref": "#/definitions/A" } } } } } } }
"##,
        ),
        Example::Definition(
            r##"
{ "definitions": { "Bytes": { "type": "string", "format": "binary" } },
                                                          ^^^^^^^^
  "paths": { "/a": { "get": { "responses": { "200": { "schema": { "items": { "$ref": "#/definitions/Bytes" } } } } } } } }
"##,
        ),
        Example::Definition(
            r#"
{ "definitions": { "Unused": { "items": { "type": "string", "format": "binary" } } },
                                                                      ^^^^^^^^
  "paths": { "/hooks": { "x-ms-notification-content": { "schema": { "type": "string", "format": "binary" } } } } }
                                                                                                ^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "definitions": { "Bytes": { "type": "string", "format": "binary" }, "Unused": { "type": "string", "format": "binary" },
    "B": { "properties": { "file": { "type": "string", "format": "byte" } } } },
  "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "b", "schema": { "$ref": "#/definitions/Bytes" } }],
    "responses": { "200": { "schema": { "allOf": [{ "$ref": "#/definitions/Bytes" }] } } } } } } }
"##,
    )],
    visits: &[Visit::Schema(check)],
};

fn check(context: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let Some(format) = value.format.filter(|format| format.as_str() == Some("binary")) else { return };
    let usage = context.usage();
    if value.type_text() == Some("string") && (usage.is_below_a_root(value.node) || usage.is_sent(value.node)) {
        out.at(format, "the format binary stands where JSON is read");
    }
}
