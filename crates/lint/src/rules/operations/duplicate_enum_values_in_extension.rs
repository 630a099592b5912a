use crate::Out;
use crate::equal;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "DuplicateEnumValuesInExtension",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Two entries of `x-ms-enum-values` have equal values. Each one after the first is reported.",
    why: "One value is shown under two names, and the user cannot tell what the difference is: there is none.",
    fix: "remove one of the two entries, or correct its value",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Size": { "type": "integer", "enum": [1, 2], "x-ms-enum-values": [
    { "value": 1, "displayName": "Small" }, { "value": 1, "displayName": "Large" }
                                                       ^
] } } }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Size": { "enum": [1, "1"], "x-ms-enum-values": [
    { "value": 1, "displayName": "Size" }, { "value": "1", "displayName": "Size" }, { "displayName": "None" }, { "displayName": "None" }
] } } }
"#,
    )],
    visits: &[Visit::Value(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    if let Some(entries) = value.enum_values {
        let values = entries.items().filter_map(|entry| entry.get("value"));
        equal::repeated(values, |value| out.at(value, "an earlier entry has the same value"));
    }
}
