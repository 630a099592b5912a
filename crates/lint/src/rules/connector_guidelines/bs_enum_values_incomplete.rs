use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;
use backshell_model::FastSet;
use backshell_source::{Kind, Node};

pub(crate) static RULE: Rule = Rule {
    id: "BS-EnumValuesIncomplete",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector extensions guide"),
    what: "An element of `enum` has no entry with this value in the `x-ms-enum-values` beside it. Numbers are \
           compared as numbers; objects and arrays are not looked at.",
    why: "The element is shown without a name among others that have one, or is not offered at all.",
    fix: "add an entry with the value and a displayName",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Size": { "type": "string", "enum": ["s", "m"], "x-ms-enum-values": [{ "value": "s", "displayName": "Small" }] } } }
                                                             ^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Size": { "type": "number", "enum": [1, 2.0, 1e1], "x-ms-enum-values": [
        { "value": 1.0, "displayName": "Small" }, { "value": 2, "displayName": "Large" }, { "value": 10, "displayName": "Huge" }] },
    "Color": { "type": "string", "enum": ["red"], "x-ms-enum-values": { "name": "colors" } } } }
"#,
    )],
    visits: &[Visit::Value(check)],
};

/// A value that can be looked up.
#[derive(PartialEq, Eq, Hash)]
enum Key<'d> {
    Text(&'d str),
    Number(u64),
    Word(&'d str),
}

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let (Some(list), Some(entries)) = (value.one_of, value.enum_values.filter(|entries| entries.is_array())) else {
        return;
    };
    let named: FastSet<_> = entries.items().filter_map(|entry| key(entry.get("value")?)).collect();
    for element in list.items().filter(|element| key(*element).is_some_and(|key| !named.contains(&key))) {
        out.at(element, "the value has no entry in x-ms-enum-values");
    }
}

fn key(value: Node<'_>) -> Option<Key<'_>> {
    match value.kind() {
        Kind::String => value.as_str().map(Key::Text),
        // Zero is one number, whatever its sign.
        Kind::Number => value.as_f64().map(|number| Key::Number((number + 0.0).to_bits())),
        Kind::Null | Kind::Bool => Some(Key::Word(value.source())),
        Kind::Array | Kind::Object => None,
    }
}
