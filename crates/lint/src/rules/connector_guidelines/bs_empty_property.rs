use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::usage;
use crate::view::{Context, Value};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastSet;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-EmptyProperty",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The schema of a property is `{}`, and the property is not among the `required` ones of its object.",
    why: "Clients cannot show a field of which nothing is known, and nobody misses one that need not be there.",
    fix: "describe the property, or remove it",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Item": { "required": ["id"], "properties": { "id": {}, "note": {} } } } }
                                                                           ^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Item": { "required": ["id"], "properties": { "id": {}, "note": { "type": "string" } } }, "Any": {} } }
"#,
    )],
    visits: &[Visit::Schema(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let mut required = None;
    let properties = value.properties.into_iter().flat_map(Node::visible_members);
    for member in properties.filter(|member| member.value.is_object() && member.value.is_empty()) {
        let required: &FastSet<&str> = required.get_or_insert_with(|| usage::names(value.required));
        if !required.contains(member.key) {
            out.at_key(member.value, format!("nothing is said about the property {}", quoted(member.key)));
        }
    }
}
