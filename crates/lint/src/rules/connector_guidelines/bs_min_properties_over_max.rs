use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-MinPropertiesOverMax",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("Swagger 2.0"),
    what: "The `minProperties` of a schema is larger than its `maxProperties`.",
    why: "No object can have at least five and at most three members: every value would be refused.",
    fix: "set minProperties to at most maxProperties",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Item": { "type": "object", "minProperties": 5, "maxProperties": 3 } } }
                                                                ^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Item": { "type": "object", "minProperties": 3, "maxProperties": 3 }, "Other": { "minProperties": 5, "properties": { "maxProperties": { "type": "integer" } } } } }
"#,
    )],
    visits: &[Visit::Schema(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let Some(min) = value.node.get("minProperties") else { return };
    let (least, most) = (min.as_f64(), value.node.get("maxProperties").and_then(Node::as_f64));
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        out.at(min, "minProperties is larger than maxProperties");
    }
}
