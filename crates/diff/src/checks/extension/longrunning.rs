use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{Operation, OperationPair};
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Operation(check)] };

static CHANGED: Check = Check {
    id: "operation-longrunning-changed",
    object: Object::Extension,
    direction: Direction::Response,
    verdict: Verdict::Warning,
    what: "An operation says anew whether its answer is only the beginning: `x-ms-long-running-operation` or its options are \
           others, or a response 202 with an address to ask again is new, gone or different.",
    why: "The step of a flow ends at another moment, with another body than the one that later steps read.",
    instead: "offer the other way of answering in a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Operation,
            before: "{}",
            after: r#"{ "x-ms-long-running-operation": true }"#,
            old: &[""],
            new: &["/x-ms-long-running-operation"],
            reversed: &["operation-longrunning-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Operation,
            before: r#"
{ "responses": { "200": { "description": "" }, "202": { "description": "", "headers": { "Location": { "type": "string" } } } } }"#,
            after: r#"{ "responses": { "200": { "description": "" }, "202": { "description": "" } } }"#,
            old: &["/responses/202/headers/Location"],
            new: &["/responses/202"],
            also: &["response-header-removed"],
            reversed: &["operation-longrunning-changed", "response-header-added"],
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    for key in ["x-ms-long-running-operation", "x-ms-long-running-operation-options"] {
        let said = |operation: Node<'d>| operation.get(key).filter(|node| node.as_bool() != Some(false));
        let (old, new) = (pair.old.node(), pair.new.node());
        let is_same = match (said(old), said(new)) {
            (None, None) => true,
            (Some(one), Some(two)) => one.json_eq(two),
            _ => false,
        };
        if !is_same {
            let place = |operation: Node<'d>| operation.get(key).unwrap_or(operation);
            out.changed(&CHANGED, place(old), place(new), format!("`{key}` is different now")).at(key);
        }
    }
    let (old, new) = (polling(&pair.old), polling(&pair.new));
    let message = match (old, new) {
        (None, Some(_)) => "the response 202 gives an address to ask again now",
        (Some(_), None) => "the response 202 gives no address to ask again any more",
        (Some(one), Some(two)) if !is_same_key(one, two) => "the response 202 gives the address to ask again elsewhere",
        _ => return,
    };
    let place = |operation: &Operation<'d>| {
        let accepted = operation.responses.iter().find(|response| response.status == "202");
        accepted.map_or(operation.node(), |response| response.node)
    };
    let places = (old.unwrap_or_else(|| place(&pair.old)), new.unwrap_or_else(|| place(&pair.new)));
    out.changed(&CHANGED, places.0, places.1, message).at("202");
}

/// The header of the response 202 that holds the address to ask again.
fn polling<'d>(operation: &Operation<'d>) -> Option<Node<'d>> {
    let accepted = operation.responses.iter().find(|response| response.status == "202")?;
    let headers = accepted.headers();
    ["Location", "Azure-AsyncOperation", "Operation-Location"]
        .into_iter()
        .find_map(|name| headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)))
        .map(|(_, node)| *node)
}

fn is_same_key(one: Node<'_>, two: Node<'_>) -> bool {
    one.key().zip(two.key()).is_some_and(|(one, two)| one.eq_ignore_ascii_case(two))
}
