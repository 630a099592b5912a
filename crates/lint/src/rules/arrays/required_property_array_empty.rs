use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "RequiredPropertyArrayEmpty",
    group: Group::Arrays,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `required` of a schema is an empty list.",
    why: "JSON schemas of this version must list at least one name there, and strict readers refuse the document.",
    fix: "remove the empty list, or write the names of the required properties into it",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Item": { "type": "object", "required": [], "properties": { "id": { "type": "string" } } } } }
                                               ^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Item": { "type": "object", "properties": { "required": { "type": "array", "items": {} } }, "example": { "required": [] } } } }
"#,
    )],
    visits: &[Visit::Schema(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    if let Some(required) = value.required
        && required.is_array()
        && required.is_empty()
    {
        out.at(required, "the list of required properties is empty");
    }
}
