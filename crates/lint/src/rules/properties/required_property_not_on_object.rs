use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "RequiredPropertyNotOnObject",
    group: Group::Properties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A schema with a list of required properties has a type other than object. Without a type nothing is \
           reported.",
    why: "Only objects have properties. The list is without effect, and what was meant to be required is not.",
    fix: "move the list to the object that has the properties",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "array", "items": { "properties": { "id": {} } }, "required": ["id"] } } }
                                                                                    ^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "object", "required": ["id"], "properties": { "id": { "type": "string", "required": true } } },
    "B": { "required": ["id"] } } }
"#,
    )],
    visits: &[Visit::Schema(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let Some(required) = value.required.filter(|required| required.is_array()) else { return };
    if let Some(type_name) = value.type_text().filter(|name| *name != "object") {
        out.at(required, format!("a schema of type {} has a list of required properties", quoted(type_name)));
    }
}
