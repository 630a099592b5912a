use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "AdditionalPropertyNotAllowedAdjacentToRef",
    group: Group::Properties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An object with `$ref` has another member, an extension included. One finding for each such object, \
           at the first of them.",
    why: "Readers take what the reference leads to and nothing else. A description or a visibility beside it \
           is lost without a word.",
    fix: "move the member into what is referred to, or remove it",
    bad: &[
        Example::Definition(
            r##"
{ "definitions": { "A": { "properties": { "b": { "$ref": "#/definitions/B", "description": "The B.", "x-ms-summary": "B" } } } } }
                                                                            ^^^^^^^^^^^^^
"##,
        ),
        Example::Definition(
            r##"
{ "paths": { "/a": { "get": { "parameters": [{ "required": true, "$ref": "#/parameters/P" }] } } } }
                                               ^^^^^^^^^^
"##,
        ),
        Example::Definition(
            r##"
{ "paths": { "/a": { "get": { "responses": { "200": { "$ref": "#/responses/R", "x-ms-summary": "R" } } } } } }
                                                                               ^^^^^^^^^^^^^^
"##,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "definitions": { "A": { "description": "It has a B.", "properties": { "$ref": { "type": "string" }, "b": { "$ref": "#/definitions/B" } },
    "example": { "$ref": "b", "description": "data" } } } }
"##,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for node in &context.survey().beside_references {
        let name = quoted(node.key().unwrap_or_default());
        out.at_key(*node, format!("{name} stands beside a reference, where it is ignored"));
    }
}
