use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "JsonTypeIncorrect",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A member of a Swagger object, or of an extension whose form is known, is of another JSON type than \
           its place demands: a string where there must be a boolean, a list of types, an object where there \
           must be a list. Members of unknown names are no matter, and an `x-ms-visibility` of null means none.",
    why: "A reader that expects another type refuses the document, or passes over the value as if it were not there.",
    fix: "write the value in the JSON type that its place demands",
    bad: &[
        Example::Definition(
            r#"
{ "parameters": { "P": { "in": "query", "name": "p", "type": "integer", "required": "true", "minimum": 0, "exclusiveMinimum": 0 } } }
                                                                                    ^^^^^^                                    ^
"#,
        ),
        Example::Definition(
            r#"
{ "definitions": { "A": { "properties": { "id": { "type": ["string", "null"], "required": true } } } } }
                                                  ^^^^^^                                  ^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "tags": {}, "paths": { "/a": { "parameters": {}, "get": "soon", "put": { "responses": { "200": null } } } } }
  ^^^^^^                         ^^^^^^^^^^^^             ^^^^^^                                 ^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": [], "definitions": { "A": { "additionalProperties": "no", "items": 1, "allOf": {} }, "B": true } }
  ^^^^^^^                                                      ^^^^           ^  ^^^^^^^             ^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "object", "additionalProperties": true, "default": null, "example": { "type": 1 }, "enum": [null],
    "x-ms-visibility": null, "x-other": 1, "other": 1, "properties": { "required": { "type": "boolean" }, "type": { "x-ms-test-value": 1 } } } },
  "paths": { "x-order": 1, "/a": { "get": { "responses": { "x-note": 1, "200": { "examples": { "application/json": 1 } } } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for (node, expected) in &context.survey().wrong_types {
        let what = node.key().map_or_else(|| "the entry".to_owned(), quoted);
        out.at(*node, format!("{what} is of type {}; {expected} belongs here", node.kind()));
    }
}
