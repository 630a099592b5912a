use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, Parameter, Value};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-SummaryCharacters",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector string guidance"),
    what: "The `summary` of an operation or the `x-ms-summary` of a parameter or schema holds a character that is no \
           letter, digit, space or parenthesis. Letters and digits of every script count.",
    why: "Summaries become names of steps and fields, and products replace or drop other characters there.",
    fix: "keep to letters, digits, spaces and parentheses",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "summary": "Get an item - by its id" } } } }
                                             ^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "query", "name": "q", "x-ms-summary": "Item's id" } } }
                                                                     ^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "definitions": { "Item": { "type": "object", "properties": { "id": { "type": "string", "x-ms-summary": "Item/id" } } } } }
                                                                                                         ^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "summary": "Get an item (V2)", "description": "Gets an item: quickly." } } }, "parameters": { "q": { "in": "query", "name": "q-1", "x-ms-summary": "" } }, "definitions": { "Item": { "properties": { "x-ms-summary": { "title": "a: b" } }, "example": { "x-ms-summary": "a: b" } } } }
"#,
    )],
    visits: &[Visit::Operation(operation), Visit::Parameter(parameter), Visit::Schema(schema)],
};

fn operation(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    check(operation.node.get("summary"), out);
}

fn parameter(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    check(parameter.node.get("x-ms-summary"), out);
}

fn schema(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    check(value.node.get("x-ms-summary"), out);
}

fn check(summary: Option<Node<'_>>, out: &mut Out<'_>) {
    let Some(node) = summary else { return };
    let is_other = |character: &char| !character.is_alphanumeric() && !matches!(character, ' ' | '(' | ')');
    if let Some(other) = node.as_str().and_then(|text| text.chars().find(is_other)) {
        out.at(node, format!("the summary holds the character {}", quoted(&other.escape_debug().to_string())));
    }
}
