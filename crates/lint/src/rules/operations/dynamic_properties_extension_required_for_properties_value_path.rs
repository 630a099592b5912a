use crate::Out;
use crate::dynamic::Call;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Extension};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "DynamicPropertiesExtensionRequiredForPropertiesValuePath",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `value-path` of `x-ms-dynamic-schema` is `properties` or ends with `/properties`, and no \
           `x-ms-dynamic-properties` stands beside it.",
    why: "Such a path leads to the map of properties, not to the schema around it, so that the names of required \
           properties are lost. Newer clients expect the schema.",
    fix: "add x-ms-dynamic-properties beside it, with \"itemValuePath\" leading to the schema",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Item": { "x-ms-dynamic-schema": { "operationId": "GetSchema", "value-path": "schema/properties" } } } }
                                                                                                ^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": {
    "Item": { "x-ms-dynamic-schema": { "operationId": "GetSchema", "value-path": "properties" },
        "x-ms-dynamic-properties": { "operationId": "GetSchema" } },
    "Other": { "x-ms-dynamic-schema": { "operationId": "GetSchema", "value-path": "properties/schema" } },
    "Third": { "x-ms-dynamic-schema": { "operationId": "GetSchema", "value-path": "myproperties" } } } }
"#,
    )],
    visits: &[Visit::Extension(check)],
};

fn check(_: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    for call in Call::all(extension).filter(|call| call.leads_to_properties() && !call.has_twin()) {
        if let Some(path) = call.node.get("value-path") {
            out.at(path, "the path leads to the properties, not to the schema");
        }
    }
}
