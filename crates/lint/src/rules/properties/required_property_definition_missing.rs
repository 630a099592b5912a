use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;
use std::collections::HashSet;

pub(crate) static RULE: Rule = Rule {
    id: "RequiredPropertyDefinitionMissing",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A name in `required` of a schema with properties is defined neither in it nor in what its `allOf` \
           leads to, and the schema admits no additional properties.",
    why: "Such a value can never be given, so no body can ever be right.",
    fix: "define the property, or take its name out of required",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Item": { "required": ["id", "Name"], "properties": { "id": {}, "name": {} } } } }
                                                ^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r##"
{ "definitions": { "Item": { "required": ["id"], "properties": { "name": {} }, "allOf": [{ "$ref": "#/definitions/Base" }] }, "Base": { "properties": { "id": {} } } } }
"##,
    )],
    visits: &[Visit::Schema(check)],
};

fn check(context: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    let Some(required) = value.required.filter(|required| required.is_array()) else { return };
    let is_part_of_all = value.node.parent().and_then(Node::key) == Some("allOf");
    let open = value.additional_properties.is_some_and(|additional| additional.as_bool() != Some(false));
    if value.properties.is_none() || is_part_of_all || open {
        return;
    }
    for name in required.items() {
        if let Some(text) = name.as_str()
            && !defines(context, value.node, text)
        {
            out.at(name, format!("the required property {} is not defined", quoted(text)));
        }
    }
}

/// Whether the schema, or one that its `allOf` leads to, defines the property.
fn defines<'d>(context: &Context<'d>, schema: Node<'d>, name: &str) -> bool {
    let mut seen = HashSet::new();
    let mut waiting = vec![schema];
    while let Some(schema) = waiting.pop() {
        // A schema that cannot be found may define anything.
        let Some(schema) = context.schema(schema) else { return true };
        if !seen.insert(schema.id()) {
            continue;
        }
        if schema.get("properties").and_then(|properties| properties.get(name)).is_some() {
            return true;
        }
        waiting.extend(schema.get("allOf").into_iter().flat_map(Node::items));
    }
    false
}
