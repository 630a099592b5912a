use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::contract::same_schema;
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;

pub(crate) static FAMILY: Family = Family { checks: &[&REFACTORED], visits: &[Visit::EverySchema(check)] };

static REFACTORED: Check = Check {
    id: "request-allof-refactored",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "Properties moved into a branch of `allOf` or out of one; merged, the schema is the same.",
    why: "What is sent and returned has not changed.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "allOf": [{ "properties": { "a": { "type": "string" } } }], "properties": { "b": { "type": "string" } } }"#,
            after: r#"{ "properties": { "a": { "type": "string" }, "b": { "type": "string" } } }"#,
            old: &[""],
            new: &[""],
            reversed: &["request-allof-refactored"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Response,
            before: r#"{ "allOf": [{ "properties": { "a": { "type": "string" } } }], "properties": { "b": { "type": "string" } } }"#,
            after: r#"{ "properties": { "a": { "type": "string" }, "b": { "type": "string" } } }"#,
            old: &[""],
            new: &[""],
            reversed: &["request-allof-refactored"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if pair.old.parts().len() < 2 && pair.new.parts().len() < 2 {
        return;
    }
    if layout(&pair.old) != layout(&pair.new) && same_schema(pair.old.node(), pair.new.node()) {
        let message = "the properties stand in other branches of `allOf`, and are the same in all";
        out.changed(&REFACTORED, pair.old.declared(), pair.new.declared(), message).at("allOf");
    }
}

/// The names of the properties, branch by branch; branches without any are left out.
fn layout<'d>(shape: &Shape<'d>) -> Vec<Vec<&'d str>> {
    let names = |part: &backshell_source::Node<'d>| {
        let members = part.get("properties").map(backshell_source::Node::members).into_iter().flatten();
        let mut names: Vec<_> = members.map(|member| member.key).collect();
        names.sort_unstable();
        names
    };
    shape.parts().iter().map(names).filter(|names| !names.is_empty()).collect()
}
