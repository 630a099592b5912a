use crate::Out;
use crate::census::MOST_IN_TOTAL;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "TotalSchemaCountExceedsMaxAllowed",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The bodies of all operations hold more than 4,194,304 schemas together, once every reference is replaced by \
           what it leads to: as many as 256 operations of 16,384 schemas have. From 32,769 on it is a warning, since no \
           published connector comes near that.",
    why: "A document that expands to so much takes clients more time and memory than they give it.",
    fix: "describe less: leave out what nobody needs, or leave open objects without properties",
    bad: &[
        Example::Definition(
            r##"
{ "paths": { "/items": { "get": { "responses": { "200": { "schema": { "$ref": "#/definitions/A" } } } } } },
  ^^^^^^^
  "definitions": {
    "A": { "allOf": [{ "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }] },
    "B": { "allOf": [{ "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }] },
    "C": { "allOf": [{ "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }] },
    "D": { "allOf": [{ "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }] },
    "E": { "allOf": [{ "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }] },
    "F": { "allOf": [{ "$ref": "#/definitions/G" }, { "$ref": "#/definitions/G" }, { "$ref": "#/definitions/G" }, { "$ref": "#/definitions/G" }] },
    "G": { "allOf": [{ "$ref": "#/definitions/H" }, { "$ref": "#/definitions/H" }, { "$ref": "#/definitions/H" }, { "$ref": "#/definitions/H" }] },
    "H": { "allOf": [{ "$ref": "#/definitions/I" }, { "$ref": "#/definitions/I" }, { "$ref": "#/definitions/I" }, { "$ref": "#/definitions/I" }] },
    "I": { "allOf": [{ "$ref": "#/definitions/J" }, { "$ref": "#/definitions/J" }, { "$ref": "#/definitions/J" }, { "$ref": "#/definitions/J" }] },
    "J": { "allOf": [{ "$ref": "#/definitions/K" }, { "$ref": "#/definitions/K" }, { "$ref": "#/definitions/K" }, { "$ref": "#/definitions/K" }] },
    "K": { "allOf": [{ "$ref": "#/definitions/L" }, { "$ref": "#/definitions/L" }, { "$ref": "#/definitions/L" }, { "$ref": "#/definitions/L" }] },
    "L": { "type": "string" }
} }
"##,
        ),
        Example::Definition(
            r##"
{ "paths": { "/items": {
  ^^^^^^^
    "get": { "responses": { "200": { "schema": { "$ref": "#/definitions/A" } } } },
    "put": { "responses": { "200": { "schema": { "$ref": "#/definitions/A" } } } } } },
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
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "paths": { "/items": { "get": { "responses": { "200": { "schema": { "$ref": "#/definitions/A" } } } } } },
  "definitions": {
    "A": { "allOf": [{ "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }, { "$ref": "#/definitions/B" }] },
    "B": { "allOf": [{ "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }, { "$ref": "#/definitions/C" }] },
    "C": { "allOf": [{ "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }, { "$ref": "#/definitions/D" }] },
    "D": { "allOf": [{ "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }, { "$ref": "#/definitions/E" }] },
    "E": { "allOf": [{ "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }, { "$ref": "#/definitions/F" }] },
    "F": { "allOf": [{ "$ref": "#/definitions/G" }, { "$ref": "#/definitions/G" }, { "$ref": "#/definitions/G" }, { "$ref": "#/definitions/G" }] },
    "G": { "allOf": [{ "$ref": "#/definitions/H" }, { "$ref": "#/definitions/H" }, { "$ref": "#/definitions/H" }, { "$ref": "#/definitions/H" }] },
    "H": { "type": "string" },
    "Unused": { "allOf": [{ "$ref": "#/definitions/A" }, { "$ref": "#/definitions/A" }, { "$ref": "#/definitions/A" }, { "$ref": "#/definitions/A" }] }
} }
"##,
    )],
    visits: &[Visit::Document(check)],
};

/// More than this is a warning: the published connectors stay below 20,000.
const ADVISED: u64 = 32_768;

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let total = context.census.total();
    let Some(paths) = context.root.get("paths") else { return };
    if total > MOST_IN_TOTAL {
        out.at_key(paths, format!("the operations hold at least {total} schemas; {MOST_IN_TOTAL} are allowed"));
    } else if total > ADVISED {
        let message = format!("the operations hold {total} schemas, more than {ADVISED}");
        out.severity(Severity::Warning).at_key(paths, message);
    }
}
