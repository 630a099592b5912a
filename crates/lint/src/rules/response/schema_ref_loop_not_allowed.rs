use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Reference, Target};
use backshell_findings::Severity;
use backshell_model::FastMap;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "SchemaRefLoopNotAllowed",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A definition is itself a reference, and following such references leads in a circle. One that ends at a \
           schema is a warning: the definition is a second name for another one.",
    why: "A circle of names describes nothing, and readers that follow it do not come back. Some readers do not follow \
          a second name either.",
    fix: "refer to the schema itself, and remove the definition that is only a name",
    bad: &[
        Example::Definition(
            r##"
{ "definitions": { "Item": { "$ref": "#/definitions/Thing" }, "Thing": { "$ref": "#/definitions/Item" }, "Other": { "$ref": "#/definitions/Item" } } }
                                     ^^^^^^^^^^^^^^^^^^^^^                       ^^^^^^^^^^^^^^^^^^^^                       ^^^^^^^^^^^^^^^^^^^^
"##,
        ),
        Example::Definition(
            r##"
{ "definitions": { "Item": { "$ref": "#/definitions/Thing" }, "Thing": { "type": "object" } } }
                                     ^^^^^^^^^^^^^^^^^^^^^
"##,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "definitions": { "Item": { "properties": { "parent": { "$ref": "#/definitions/Item" } } }, "Base": { "allOf": [{ "$ref": "#/definitions/Item" }] }, "$ref": { "type": "object" } } }
"##,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    /// How the way from a definition ends.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum End {
        Open,
        Schema,
        Circle,
        Nothing,
    }
    let definitions = context.root.get("definitions").into_iter().flat_map(Node::visible_members);
    let mut ends: FastMap<u32, End> = FastMap::default();
    for member in definitions {
        let Some(first) = member.value.get("$ref") else { continue };
        let mut way = Vec::new();
        let mut at = Some(member.value);
        let end = loop {
            let Some(schema) = at else { break End::Nothing };
            match ends.get(&schema.id()) {
                Some(End::Open) => break End::Circle,
                Some(end) => break *end,
                None => {}
            }
            let Some(node) = schema.get("$ref") else { break End::Schema };
            ends.insert(schema.id(), End::Open);
            way.push(schema.id());
            at = context.resolve(&Reference { node, target: Target::Schema }).ok().flatten();
        };
        ends.extend(way.into_iter().map(|id| (id, end)));
        match end {
            End::Circle | End::Open => out.at(first, "the definition leads in a circle of references"),
            End::Schema => {
                out.severity(Severity::Warning).at(first, "the definition is only another name for a schema");
            }
            End::Nothing => {}
        }
    }
}
