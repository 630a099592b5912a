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
    let Some(defined) = defined(context, value.node) else { return };
    for name in required.items() {
        if let Some(text) = name.as_str()
            && !defined.iter().any(|properties| properties.get(text).is_some())
        {
            out.at(name, format!("the required property {} is not defined", quoted(text)));
        }
    }
}

/// The `properties` of the schema and of everything that its `allOf` leads to. `None` when that is not known: a reference
/// leads nowhere, or there are too many to look through for every schema of a document.
fn defined<'d>(context: &Context<'d>, schema: Node<'d>) -> Option<Vec<Node<'d>>> {
    const MOST_SCHEMAS: usize = 200;
    let mut seen = HashSet::new();
    let mut properties = Vec::new();
    let mut waiting = vec![schema];
    while let Some(schema) = waiting.pop() {
        let schema = context.schema(schema)?;
        if seen.len() == MOST_SCHEMAS {
            return None;
        }
        if seen.insert(schema.id()) {
            properties.extend(schema.get("properties"));
            waiting.extend(schema.get("allOf").into_iter().flat_map(Node::items));
        }
    }
    Some(properties)
}
