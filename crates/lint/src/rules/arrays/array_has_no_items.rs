use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ArrayHasNoItems",
    group: Group::Arrays,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Something of type `array` has no `items`, or `items` that is no object. An empty object is accepted.",
    why: "Without a description of its elements an array can be neither shown nor checked.",
    fix: "describe the elements in \"items\"",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Items": { "type": "array" } } }
                                      ^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r##"
{ "definitions": { "Items": { "type": "array", "items": { "$ref": "#/definitions/Item" } }, "Item": { "type": "object" } } }
"##,
    )],
    visits: &[Visit::Value(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let Some(type_name) = value.type_name.filter(|_| value.type_text() == Some("array")) else { return };
    match value.items {
        None => out.at(type_name, "the array has no items"),
        Some(items) if !items.is_object() => out.at(items, "the items of an array must be one schema"),
        Some(_) => {}
    }
}
