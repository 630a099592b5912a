use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path;
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "DiscriminatorMustBeARequiredStringProperty",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `discriminator` of a schema names a property that the schema does not have, that is not of type \
           string, or that is not required. References and `allOf` are followed; nothing is said where one of \
           them leads nowhere.",
    why: "Readers take the value of that property to know which kind of object they have before them.",
    fix: "declare the property with type string and add it to the required list",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "discriminator": "kind", "properties": { "kind": { "type": "string" } } },
                                           ^^^^^^
    "B": { "discriminator": "kind", "required": ["kind"], "properties": { "kind": { "type": "integer" } } },
                            ^^^^^^
    "C": { "discriminator": "Kind", "required": ["kind", "Kind"], "properties": { "kind": { "type": "string" } } } } }
                            ^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r##"
{ "definitions": { "A": { "discriminator": "kind", "allOf": [{ "$ref": "#/definitions/B" }], "required": ["kind"] },
    "B": { "properties": { "kind": { "$ref": "#/definitions/Kind" }, "discriminator": { "type": "string" } } }, "Kind": { "type": "string" },
    "C": { "discriminator": "kind", "allOf": [{ "$ref": "#/definitions/None" }] },
    "D": { "discriminator": "kind", "required": ["kind"], "properties": { "kind": { "allOf": [{ "$ref": "#/definitions/Kind" }] } } },
    "E": { "discriminator": "kind", "required": ["kind"], "properties": { "kind": { "allOf": [{ "$ref": "#/definitions/None" }] } } } } }
"##,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for &schema in &context.survey().limited {
        let Some(node) = schema.get("discriminator") else { continue };
        let Some(name) = node.as_str() else { continue };
        let Some(parts) = schema_path::parts(context, schema) else { continue };
        let Some(property) = schema_path::written(&parts, name) else {
            out.at(node, format!("the schema has no property {}", quoted(name)));
            continue;
        };
        let Some(property) = context.schema(property) else { continue };
        let type_name = schema_path::type_of(context, property);
        if type_name.is_none() && schema_path::parts(context, property).is_none() {
            continue;
        }
        if type_name != Some("string") {
            out.at(node, format!("the property {} is not of type string", quoted(name)));
        } else if !schema_path::demands(context, &parts, name) {
            out.at(node, format!("the property {} is not required", quoted(name)));
        }
    }
}
