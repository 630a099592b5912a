use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-ItemsArray",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("Swagger 2.0"),
    what: "The `items` of a schema are a list of schemas, one for each place of the array.",
    why: "Swagger 2.0 knows one schema for all items; readers that meet a list take its first entry or nothing.",
    fix: "write one schema that fits every item",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Pair": { "type": "array", "items": [{ "type": "string" }, { "type": "integer" }] } } }
                                              ^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Pair": { "type": "array", "items": { "type": "string" } }, "Order": { "properties": { "items": { "type": "array", "items": {} } }, "example": { "items": [1] } } } }
"#,
    )],
    visits: &[Visit::Schema(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    if let Some(list) = value.items.filter(|node| Node::is_array(*node)) {
        out.at(list, "the items have a schema for each place");
    }
}
