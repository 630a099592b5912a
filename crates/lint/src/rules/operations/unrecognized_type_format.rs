use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::types;
use crate::view::{Context, Value};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "UnrecognizedTypeFormat",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A value has a known type and a `format` that clients do not know for it; a `file` has none. An empty format \
           is ignored.",
    why: "Clients ignore a format that they do not know, so that the promise it makes is not kept.",
    fix: "use a format that belongs to the type, or remove it",
    bad: &[
        Example::Definition(
            r#"
{ "definitions": { "Id": { "type": "string", "format": "guid" } } }
                                                       ^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "n": { "in": "query", "name": "n", "type": "integer", "format": "double" } } }
                                                                                  ^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "f": { "in": "formData", "name": "f", "type": "file", "format": "binary" } } }
                                                                                  ^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Id": { "type": "string", "format": "uuid" }, "Any": { "format": "guid" }, "No": { "type": "string", "format": "" }, "Odd": { "type": ["string"], "format": "guid" } },
  "parameters": { "f": { "in": "formData", "name": "f", "type": "file", "format": "" } } }
"#,
    )],
    visits: &[Visit::Value(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let Some(node) = value.format else { return };
    let Some(format) = node.as_str().filter(|format| !format.is_empty()) else { return };
    let Some(type_name) = value.type_text().filter(|name| *name == "file" || types::is_known(name)) else { return };
    let known = types::formats(type_name);
    if !known.contains(&format) {
        let message = format!("{} is not a format of the type `{type_name}`", quoted(format));
        if known.is_empty() {
            out.help(format!("remove the format: the type {type_name} has none")).at(node, message);
        } else {
            out.help(format!("use one of {}, or remove the format", known.join(", "))).at(node, message);
        }
    }
}
