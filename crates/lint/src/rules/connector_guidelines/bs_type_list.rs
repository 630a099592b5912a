use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-TypeList",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("Swagger 2.0"),
    what: "The `type` of a schema is a list.",
    why: "Swagger 2.0 knows one type per schema; readers that meet a list take the first, the last or none of it.",
    fix: "name one type; for a value that may be missing leave the property out of required",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Id": { "type": ["string", "null"] } } }
                           ^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Id": { "type": "string", "enum": ["a"] }, "Item": { "properties": { "type": { "type": "array", "items": {} } }, "default": { "type": ["x"] } } } }
"#,
    )],
    visits: &[Visit::Schema(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    if let Some(list) = value.type_name.filter(|node| Node::is_array(*node)) {
        out.at(list, "the type is a list");
    }
}
