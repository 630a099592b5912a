use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "EnumMustContainAtLeastOneElement",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An `enum` of a parameter, its items, a header or a schema is an empty list.",
    why: "No value at all would be allowed, so that no call could be made.",
    fix: "list the allowed values, or remove the enum",
    bad: &[
        Example::Definition(
            r#"
{ "definitions": { "A": { "type": "string", "enum": [] } } }
                                            ^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "P": { "in": "query", "name": "p", "type": "array", "items": { "type": "string", "enum": [] } } } }
                                                                                                   ^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "string", "enum": [""], "example": { "enum": [] }, "properties": { "enum": { "default": [] } } } } }
"#,
    )],
    visits: &[Visit::Value(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    if let Some(list) = value.one_of.filter(|list| list.is_array() && list.is_empty()) {
        out.at(list, "the enum allows no value");
    }
}
