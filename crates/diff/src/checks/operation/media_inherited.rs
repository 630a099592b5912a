use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{Operation, OperationPair};
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family { checks: &[&INHERITED], visits: &[Visit::Operation(check)] };

static INHERITED: Check = Check {
    id: "operation-media-inherited",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "The media types that an operation takes or gives are said in another place, in the operation instead of the \
           document or the reverse, and are the same.",
    why: "What is sent and what is answered does not change.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[Example {
        snippet: Snippet::Definition,
        before: r#"
{ "consumes": ["application/json"],
  "paths": { "/items": { "put": { "operationId": "SetItem", "responses": {} } } } }"#,
        after: r#"
{ "paths": { "/items": { "put": { "operationId": "SetItem", "consumes": ["application/json"], "responses": {} } } } }"#,
        old: &["/consumes"],
        new: &["/paths/~1items/put/consumes"],
        reversed: &["operation-media-inherited"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    for key in ["consumes", "produces"] {
        let (Some(old), Some(new)) = (list(&pair.old, key), list(&pair.new, key)) else { continue };
        let is_own = |operation: &Operation<'d>| operation.node().get(key).is_some();
        if is_own(&pair.old) != is_own(&pair.new) && types(old) == types(new) {
            let message = format!("`{key}` is said in another place, and is the same");
            out.changed(&INHERITED, old, new, message).at(key);
        }
    }
}

/// The list that holds for an operation: its own, else the document's.
fn list<'d>(operation: &Operation<'d>, key: &str) -> Option<Node<'d>> {
    operation.node().get(key).or_else(|| operation.swagger().node().get(key)).filter(|list| list.is_array())
}

/// The media types of a list, as a set.
fn types(list: Node<'_>) -> Vec<String> {
    let mut types: Vec<_> = list.items().filter_map(Node::as_str).map(str::to_ascii_lowercase).collect();
    types.sort_unstable();
    types.dedup();
    types
}
