use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path;
use crate::view::{Context, Value};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "NotificationUrlNotString",
    group: Group::Webhooks,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Something marked with `\"x-ms-notification-url\": true` is not of type `string`, which may be said in its \
           `allOf`.",
    why: "The gateway writes the address of the callback into this place, and an address is a text.",
    fix: "set \"type\": \"string\"",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Hook": { "properties": { "url": { "type": "object", "x-ms-notification-url": true } } } } }
                                                              ^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r##"
{ "definitions": { "Hook": { "properties": { "url": { "type": "string", "x-ms-notification-url": true },
    "other": { "allOf": [{ "$ref": "#/definitions/Url" }], "x-ms-notification-url": true } } }, "Url": { "type": "string" } } }
"##,
    )],
    visits: &[Visit::Value(check)],
};

fn check(context: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let Some(mark) = value.notification_url.filter(|mark| mark.as_bool() == Some(true)) else { return };
    if value.type_text() != Some("string") {
        match value.type_name {
            Some(type_name) => out.at(type_name, "the place of the callback address is not of type `string`"),
            None if schema_path::type_of(context, value.node) == Some("string") => {}
            None => out.at_key(mark, "the place of the callback address has no type"),
        }
    }
}
