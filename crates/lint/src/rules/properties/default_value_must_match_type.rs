use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::types;
use crate::view::{Context, Value};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "DefaultValueMustMatchType",
    group: Group::Properties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A `default` is not of the type beside it. An integer fits `number`; null fits nothing. Objects and \
           arrays are not looked into.",
    why: "The gateway and clients fill the default in where the caller gives no value, and would send a value \
           that the service does not take.",
    fix: "write the default in the JSON form of the type, without quotes for numbers and booleans",
    bad: &[Example::Definition(
        r#"
{ "parameters": { "top": { "in": "query", "name": "top", "type": "integer", "default": "10" } } }
                                                                                       ^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "parameters": { "top": { "in": "query", "name": "top", "type": "integer", "default": 10 }, "rate": { "in": "query", "name": "rate", "type": "number", "default": 1 } } }
"#,
    )],
    visits: &[Visit::Value(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let Some(default) = value.default else { return };
    let Some(type_name) = value.type_text().filter(|name| types::is_known(name)) else { return };
    if !types::fits(default, type_name) {
        out.at(default, format!("the default is of kind {}, the type is `{type_name}`", default.kind()));
    }
}
