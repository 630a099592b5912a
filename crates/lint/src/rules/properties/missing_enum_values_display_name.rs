use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "MissingEnumValuesDisplayName",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An entry of `x-ms-enum-values` has no `displayName`, or an empty one.",
    why: "The extension exists to show a readable name in place of the value; without one the choice is blank.",
    fix: "add a \"displayName\" to the entry",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Size": { "type": "integer", "enum": [1], "x-ms-enum-values": [{ "value": 1, "displayName": "" }] } } }
                                                                                                               ^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Size": { "type": "integer", "enum": [1], "x-ms-enum-values": [{ "value": 1, "displayName": "Small" }] } } }
"#,
    )],
    visits: &[Visit::Value(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    for entry in value.enum_values.into_iter().flat_map(Node::items) {
        match entry.get("displayName") {
            None => out.at(entry, "the entry has no displayName"),
            Some(name) if name.as_str().is_none_or(|text| text.trim().is_empty()) => {
                out.at(name, "the displayName is empty");
            }
            Some(_) => {}
        }
    }
}
