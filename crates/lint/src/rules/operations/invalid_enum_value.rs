use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::types;
use crate::view::{Context, Value};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "InvalidEnumValue",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An element of `enum` is not of the type beside it. An integer fits `number`; null fits nothing. \
           Silent where there is no type, or several.",
    why: "The value can never be chosen: a client that sends it as the type says sends something else.",
    fix: "write the value in the JSON form of the type, without quotes for numbers and booleans",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Size": { "type": "integer", "enum": [1, "2"] } } }
                                                            ^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Size": { "type": "number", "enum": [1, 2.5] }, "Any": { "enum": [1, "2"] } } }
"#,
    )],
    visits: &[Visit::Value(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let Some(list) = value.one_of else { return };
    let Some(type_name) = value.type_text().filter(|name| types::is_known(name)) else { return };
    for element in list.items().filter(|element| !types::fits(*element, type_name)) {
        out.at(element, format!("the enum value is of kind {}, the type is `{type_name}`", element.kind()));
    }
}
