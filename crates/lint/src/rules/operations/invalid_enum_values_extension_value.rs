use crate::Out;
use crate::equal;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "InvalidEnumValuesExtensionValue",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An entry of `x-ms-enum-values` has a value that the `enum` beside it does not list, or there is no `enum` \
           beside it. An entry without a value is not judged.",
    why: "The extension names the values of the enum. A value that is only in the extension is offered and then \
          refused.",
    fix: "list the value in \"enum\" as well, or correct it",
    bad: &[
        Example::Definition(
            r#"
{ "definitions": { "Size": { "type": "integer", "enum": [1, 2], "x-ms-enum-values": [{ "value": "1", "displayName": "Small" }] } } }
                                                                                                ^^^
"#,
        ),
        Example::Definition(
            r#"
{ "definitions": { "Size": { "type": "integer", "x-ms-enum-values": [{ "value": 1, "displayName": "Small" }] } } }
                                                ^^^^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Size": { "type": "integer", "enum": [1, 2], "x-ms-enum-values": [{ "value": 1.0, "displayName": "Small" }, { "displayName": "Any" }] },
    "Empty": { "type": "string", "x-ms-enum-values": [] } } }
"#,
    )],
    visits: &[Visit::Value(check)],
};

fn check(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let Some(entries) = value.enum_values else { return };
    let values = entries.items().filter_map(|entry| entry.get("value"));
    match value.one_of {
        Some(one_of) => {
            equal::unknown(values, one_of.items(), |value| out.at(value, "the enum does not list this value"));
        }
        None if values.clone().next().is_some() => out.at(entries, "there is no enum beside the names of its values"),
        None => {}
    }
}
