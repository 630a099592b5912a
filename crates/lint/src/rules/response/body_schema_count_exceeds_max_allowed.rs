use crate::Out;
use crate::census::{MOST_IN_BODY, Measure, Purpose};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BodySchemaCountExceedsMaxAllowed",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A body, a response or a definition holds more than 512 schemas, once every reference is replaced by what it \
           leads to. A definition that leads back to itself is not followed a second time. Each body is reported, also when \
           it is nothing but a reference to a definition that is reported itself.",
    why: "Clients expand a schema to build a form, and refuse the connector where one is larger than that.",
    fix: "describe less: leave out what nobody needs, or leave open objects without properties",
    bad: &[
        Example::Definition(
            r##"
{ "definitions": {
    "A": { "allOf": [{ "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }] },
    ^^^
    "B": { "allOf": [{ "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }] },
    "C": { "allOf": [{ "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }] },
    "D": { "allOf": [{ "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }] },
    "E": { "allOf": [{ "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }] },
    "F": { "type": "string" }
} }
"##,
        ),
        Example::Definition(
            r##"
{ "paths": { "/items": { "get": { "responses": { "200": { "schema": { "items": { "$ref": "#/definitions/B" }, "allOf": [{ "$ref": "#/definitions/B" }] } },
                                                          ^^^^^^^^
        "201": { "schema": { "$ref": "#/definitions/A" } } } } } },
                 ^^^^^^^^
  "definitions": {
    "A": { "items": { "$ref": "#/definitions/B" }, "allOf": [{ "$ref": "#/definitions/B" }] },
    ^^^
    "B": { "allOf": [{ "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }] },
    "C": { "allOf": [{ "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }] },
    "D": { "allOf": [{ "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }] },
    "E": { "allOf": [{ "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }] },
    "F": { "type": "string" }
} }
"##,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "paths": { "/items": { "get": { "responses": { "200": { "schema": { "items": { "$ref": "#/definitions/A" } } }, "400": { "schema": { "$ref": "#/definitions/A" } } } } } },
  "definitions": {
    "A": { "allOf": [{ "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }] },
    "B": { "allOf": [{ "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }] },
    "C": { "allOf": [{ "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }] },
    "D": { "allOf": [{ "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }] },
    "E": { "type": "string" },
    "Self": { "allOf": [{ "$ref": "#/definitions/Self" }, { "$ref": "#/definitions/Self" }, { "$ref": "#/definitions/Self" }, { "$ref": "#/definitions/Self" }] }
} }
"##,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let census = &context.census;
    let bodies = census.bodies.iter().filter(|body| body.purpose != Purpose::Notification);
    for body in bodies {
        report(body.schema, body.measure, out);
    }
    for definition in &census.definitions {
        report(definition.schema, definition.measure, out);
    }
}

fn report(schema: Node<'_>, measure: Measure, out: &mut Out<'_>) {
    let nodes = measure.nodes;
    if nodes > MOST_IN_BODY {
        out.at_key(schema, format!("at least {nodes} schemas are behind this one; {MOST_IN_BODY} are allowed"));
    }
}
