use crate::Out;
use crate::census::{DEEPEST, Purpose};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "SchemaTooDeep",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The schemas of a body or of a response are nested more than 16 deep, references followed. The outermost \
           counts one; `properties`, `items`, `additionalProperties` and `allOf` add one each. A definition that leads \
           back to itself is not followed a second time.",
    why: "Clients show the nested parts as one flat list of fields with long names, and stop at some depth.",
    fix: "make the structure flatter, or leave the innermost objects without properties",
    bad: &[Example::Definition(
        r##"
{ "definitions": { "A": { "items": { "items": { "items": { "items": { "items": { "$ref": "#/definitions/B" } } } } } }, "B": { "items": { "items": { "items": { "items": { "items": { "$ref": "#/definitions/C" } } } } } },
    "C": { "items": { "items": { "items": { "items": { "items": { "items": { "type": "string" } } } } } } }, "Self": { "items": { "items": { "items": { "items": { "items": { "items": { "items": { "items": { "items": { "$ref": "#/definitions/Self" } } } } } } } } } } },
  "paths": { "/items": { "get": { "responses": { "200": { "schema": { "$ref": "#/definitions/A" } } } } } } }
                                                          ^^^^^^^^
"##,
    )],
    good: &[Example::Definition(
        r##"
{ "definitions": { "A": { "items": { "items": { "items": { "items": { "items": { "$ref": "#/definitions/B" } } } } } }, "B": { "items": { "items": { "items": { "items": { "items": { "$ref": "#/definitions/C" } } } } } },
    "C": { "items": { "items": { "items": { "items": { "items": { "type": "string" } } } } } }, "Self": { "items": { "items": { "items": { "items": { "items": { "items": { "items": { "items": { "items": { "$ref": "#/definitions/Self" } } } } } } } } } } },
  "paths": { "/items": { "get": { "responses": { "200": { "schema": { "$ref": "#/definitions/A" } }, "400": { "schema": { "$ref": "#/definitions/Self" } } } } } } }
"##,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for body in context.census.bodies.iter().filter(|body| body.purpose != Purpose::Notification) {
        let depth = body.measure.depth;
        if depth > DEEPEST {
            out.at_key(body.schema, format!("schemas are nested {depth} deep; {DEEPEST} are allowed"));
        }
    }
}
