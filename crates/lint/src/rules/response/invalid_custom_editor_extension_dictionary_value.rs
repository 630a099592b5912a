use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "InvalidCustomEditorExtensionDictionaryValue",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `x-ms-editor` of a schema is `dictionary`, and the schema is no open object: its `type` is not `object`, \
           or its `additionalProperties` is neither true nor a schema.",
    why: "The editor lets the user add names and values. Where the schema has no room for them, there is nothing to \
          edit.",
    fix: "set the type to object and additionalProperties to true, or use another editor",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Item": { "properties": {
    "labels": { "type": "object", "x-ms-editor": "dictionary", "additionalProperties": false },
                                                 ^^^^^^^^^^^^
    "note": { "type": "string", "x-ms-editor": "dictionary" }
                                               ^^^^^^^^^^^^
} } } }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Item": { "properties": {
    "labels": { "type": "object", "x-ms-editor": "dictionary", "additionalProperties": true },
    "counts": { "type": "object", "x-ms-editor": "dictionary", "additionalProperties": { "type": "integer" } },
    "note": { "type": "string", "x-ms-editor": "html" }, "x-ms-editor": { "type": "string" }
} } } }
"#,
    )],
    visits: &[Visit::Schema(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let Some(editor) = value.editor.filter(|editor| editor.as_str() == Some("dictionary")) else { return };
    let open = |additional: Node<'_>| additional.is_object() || additional.as_bool() == Some(true);
    if value.type_text() != Some("object") || !value.additional_properties.is_some_and(open) {
        out.at(editor, "the dictionary editor needs an object with additionalProperties");
    }
}
