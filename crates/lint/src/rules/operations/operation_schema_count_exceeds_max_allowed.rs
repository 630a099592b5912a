use crate::Out;
use crate::census::MOST_IN_OPERATION;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationSchemaCountExceedsMaxAllowed",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The bodies of an operation (request, all responses, and what its webhook sends) hold more than 16,384 \
           schemas together, once every reference is replaced by what it leads to. A definition that leads back to \
           itself is not followed a second time.",
    why: "Clients expand the schemas of an operation to build its form; with more than that they give up.",
    fix: "describe less: leave out what nobody needs, or leave open objects without properties",
    bad: &[Example::Definition(
        r##"
{ "paths": { "/items": { "get": { "responses": { "200": { "schema": { "$ref": "#/definitions/A" } } } } } },
                         ^^^^^
  "definitions": {
    "A": { "allOf": [{ "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }] },
    "B": { "allOf": [{ "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }] },
    "C": { "allOf": [{ "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }] },
    "D": { "allOf": [{ "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }] },
    "E": { "allOf": [{ "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }] },
    "F": { "allOf": [{ "$ref": "#/definitions/G" }, { "$ref": "#/definitions/G" }, { "$ref": "#/definitions/G" }, { "$ref": "#/definitions/G" }] },
    "G": { "allOf": [{ "$ref": "#/definitions/H" }, { "$ref": "#/definitions/H" }, { "$ref": "#/definitions/H" }, { "$ref": "#/definitions/H" }] },
    "H": { "type": "string" }
} }
"##,
    )],
    good: &[Example::Definition(
        r##"
{ "paths": { "/items": { "get": { "responses": { "200": { "schema": { "$ref": "#/definitions/B" } } } } } },
  "definitions": {
    "B": { "allOf": [{ "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }] },
    "C": { "allOf": [{ "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }] },
    "D": { "allOf": [{ "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }] },
    "E": { "allOf": [{ "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }] },
    "F": { "allOf": [{ "$ref": "#/definitions/G" }, { "$ref": "#/definitions/G" }, { "$ref": "#/definitions/G" }, { "$ref": "#/definitions/G" }] },
    "G": { "allOf": [{ "$ref": "#/definitions/H" }, { "$ref": "#/definitions/H" }, { "$ref": "#/definitions/H" }, { "$ref": "#/definitions/H" }] },
    "H": { "type": "string" },
    "Unused": { "allOf": [{ "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }] }
} }
"##,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for (operation, nodes) in context.operations.iter().zip(&context.census.operations) {
        if *nodes > MOST_IN_OPERATION {
            let message =
                format!("the operation's bodies hold at least {nodes} schemas; {MOST_IN_OPERATION} are allowed");
            out.at_key(operation.node, message);
        }
    }
}
