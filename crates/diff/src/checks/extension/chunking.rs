use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::OperationPair;
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family { checks: &[&REMOVED, &ADDED], visits: &[Visit::Operation(check)] };

static REMOVED: Check = Check {
    id: "operation-chunking-removed",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "An operation took content in pieces (`chunkTransfer` in `x-ms-capabilities`), and does not say so any more.",
    why: "Flows send large content in pieces; without that it is too large for one request.",
    instead: "keep `chunkTransfer`",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "x-ms-capabilities": { "chunkTransfer": true } }"#,
        after: r#"{ "x-ms-capabilities": { "chunkTransfer": false } }"#,
        old: &["/x-ms-capabilities/chunkTransfer"],
        new: &["/x-ms-capabilities/chunkTransfer"],
        reversed: &["operation-chunking-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static ADDED: Check = Check {
    id: "operation-chunking-added",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "An operation takes content in pieces now (`chunkTransfer` in `x-ms-capabilities`).",
    why: "Clients may send large content in pieces, and need not.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: "{}",
        after: r#"{ "x-ms-capabilities": { "chunkTransfer": true } }"#,
        old: &[""],
        new: &["/x-ms-capabilities/chunkTransfer"],
        reversed: &["operation-chunking-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.node(), pair.new.node());
    let said = |operation: Node<'d>| operation.get("x-ms-capabilities")?.get("chunkTransfer");
    let takes = |operation: Node<'d>| said(operation).and_then(Node::as_bool) == Some(true);
    let (check, message) = match (takes(old), takes(new)) {
        (true, false) => (&REMOVED, "content is not taken in pieces any more"),
        (false, true) => (&ADDED, "content is taken in pieces now"),
        _ => return,
    };
    let place = |operation: Node<'d>| said(operation).unwrap_or(operation);
    out.changed(check, place(old), place(new), message).at("chunkTransfer");
}
