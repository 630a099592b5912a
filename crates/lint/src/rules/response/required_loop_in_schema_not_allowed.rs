use crate::Out;
use crate::circles;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Reference, Target};
use backshell_findings::Severity;
use backshell_model::{FastMap, FastSet};
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "RequiredLoopInSchemaNotAllowed",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Definitions lead back to themselves by required properties and `allOf` alone: a property counts as required \
           when the schema that defines it lists it. One finding for each circle, at one of its references. A circle \
           through `items`, `additionalProperties` or an optional property has an end and is no error.",
    why: "A value of such a type holds a value of the same type without end; none can ever be written down.",
    fix: "take one of the properties on the way out of \"required\"",
    bad: &[
        Example::Definition(
            r##"
{ "definitions": { "Item": { "required": ["parent"], "properties": { "parent": { "$ref": "#/definitions/Item" } } } } }
                                                                                         ^^^^^^^^^^^^^^^^^^^^
"##,
        ),
        Example::Definition(
            r##"
{ "definitions": {
    "Item": { "allOf": [{ "$ref": "#/definitions/Base" }] },
                                  ^^^^^^^^^^^^^^^^^^^^
    "Base": { "properties": { "owner": { "properties": { "item": { "$ref": "#/definitions/Item" } }, "required": ["item"] } }, "required": ["owner"] }
} }
"##,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "definitions": {
    "Item": { "required": ["parts", "id"], "properties": { "parts": { "type": "array", "items": { "$ref": "#/definitions/Item" } }, "parent": { "$ref": "#/definitions/Item" }, "id": { "$ref": "#/definitions/Id" } } },
    "Id": { "required": ["note"], "properties": { "note": { "type": "string" }, "owner": { "required": ["item"], "properties": { "item": { "$ref": "#/definitions/Item" } } } } }
} }
"##,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for members in &context.census.circles {
        let numbers: FastMap<u32, usize> =
            members.iter().enumerate().map(|(number, schema)| (schema.id(), number)).collect();
        let steps: Vec<Vec<Step<'_>>> = members.iter().map(|schema| steps(context, *schema, &numbers)).collect();
        let edges: Vec<Vec<usize>> = steps.iter().map(|steps| steps.iter().map(|step| step.target).collect()).collect();
        for group in circles::groups(&edges) {
            let inside: FastSet<usize> = group.iter().copied().collect();
            let of_group = group.iter().filter_map(|number| steps.get(*number)).flatten();
            let circle = of_group.filter(|step| !step.is_alias && inside.contains(&step.target));
            if let Some(step) = circle.min_by_key(|step| step.reference.id()) {
                out.at(step.reference, "the definition requires itself without end");
            }
        }
    }
}

/// A reference that every value of a definition comes to.
struct Step<'d> {
    target: usize,
    reference: Node<'d>,
    /// Whether the definition is nothing but the reference.
    is_alias: bool,
}

/// The steps from a definition to those that have a number.
fn steps<'d>(context: &Context<'d>, definition: Node<'d>, numbers: &FastMap<u32, usize>) -> Vec<Step<'d>> {
    let mut steps = Vec::new();
    let mut waiting = vec![definition];
    while let Some(schema) = waiting.pop() {
        if let Some(reference) = schema.get("$ref") {
            let target = context.resolve(&Reference { node: reference, target: Target::Schema }).ok().flatten();
            if let Some(target) = target.and_then(|target| numbers.get(&target.id())) {
                steps.push(Step { target: *target, reference, is_alias: schema == definition });
            }
            continue;
        }
        waiting.extend(schema.get("allOf").into_iter().flat_map(Node::items));
        let (Some(required), Some(properties)) = (schema.get("required"), schema.get("properties")) else { continue };
        let names: FastSet<&str> = required.items().filter_map(Node::as_str).collect();
        waiting.extend(names.iter().filter_map(|name| properties.get(name)));
    }
    steps
}
