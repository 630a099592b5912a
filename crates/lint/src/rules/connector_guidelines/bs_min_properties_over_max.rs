use crate::Out;
use crate::limits;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

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
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    limits::report_if_crossed("minProperties", "maxProperties", context, out);
}
