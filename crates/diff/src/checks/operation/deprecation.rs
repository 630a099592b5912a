use crate::annotation::{Live, replacement};
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{Operation, PackagePair};
use crate::{Out, quoted};
use backshell_source::Node;

pub(crate) static FAMILY: Family =
    Family { checks: &[&DEPRECATED, &NO_SUCCESSOR, &REACTIVATED], visits: &[Visit::Package(check)] };

static DEPRECATED: Check = Check {
    id: "operation-deprecated",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "An operation is marked as deprecated, and there is something to use instead: it names its replacement, or \
           another operation of its family is not deprecated.",
    why: "Saved steps go on running. Designers stop offering the operation, and whoever looks for it finds the other one.",
    instead: "nothing needs to be done; remove the operation only after the notice period",
    examples: &[
        Example {
            snippet: Snippet::Paths,
            before: r#"
{ "/v1/items": { "get": { "operationId": "GetItems", "x-ms-api-annotation": { "family": "GetItems", "revision": 1 }, "responses": {} } },
  "/v2/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 2 }, "responses": {} } } }"#,
            after: r#"
{ "/v1/items": { "get": { "operationId": "GetItems", "deprecated": true, "x-ms-api-annotation": { "family": "GetItems", "revision": 1 }, "responses": {} } },
  "/v2/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 2 }, "responses": {} } } }"#,
            old: &["/~1v1~1items/get"],
            new: &["/~1v1~1items/get/deprecated"],
            reversed: &["operation-reactivated"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Paths,
            before: r#"
{ "/v1/items": { "get": { "operationId": "GetItems", "responses": {} } },
  "/v2/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 2 }, "responses": {} } } }"#,
            after: r#"
{ "/v1/items": { "get": { "operationId": "GetItems", "deprecated": true, "responses": {} } },
  "/v2/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 2 }, "responses": {} } } }"#,
            old: &["/~1v1~1items/get"],
            new: &["/~1v1~1items/get/deprecated"],
            reversed: &["operation-reactivated"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "x-ms-api-annotation": { "family": "SetItem", "revision": 1 } }"#,
            after: r#"
{ "deprecated": true,
  "x-ms-api-annotation": { "family": "SetItem", "revision": 1, "replacement": { "api": "contoso", "operationId": "PutItem" } } }"#,
            old: &[""],
            new: &["/deprecated"],
            reversed: &["operation-reactivated"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static NO_SUCCESSOR: Check = Check {
    id: "operation-deprecated-no-successor",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "An operation is marked as deprecated, names no replacement, and no other operation of its family stays in use.",
    why: "Users learn that the operation will go, but not what to call then.",
    instead: "name the replacement in `x-ms-api-annotation`, or give the newer operation the same family",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: "{}",
        after: r#"{ "deprecated": true }"#,
        old: &[""],
        new: &["/deprecated"],
        reversed: &["operation-reactivated"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REACTIVATED: Check = Check {
    id: "operation-reactivated",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "An operation that was marked as deprecated is so no longer.",
    why: "It can be used in more places than before.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "deprecated": true }"#,
        after: r#"{ "deprecated": false }"#,
        old: &["/deprecated"],
        new: &["/deprecated"],
        reversed: &["operation-deprecated-no-successor"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let mut live = None;
    for pair in &package.operations {
        let (check, message) = match (pair.old.is_deprecated(), pair.new.is_deprecated()) {
            (true, true) | (false, false) => continue,
            (true, false) => (&REACTIVATED, "the operation is not deprecated any more".to_owned()),
            (false, true) => deprecated(&pair.new, live.get_or_insert_with(|| Live::of(&package.new))),
        };
        let place = |operation: Node<'d>| operation.get("deprecated").unwrap_or(operation);
        let (old, new) = (place(pair.old.node()), place(pair.new.node()));
        out.changed(check, old, new, message).of(&pair.old).at("deprecated");
    }
}

/// What to say of an operation that is deprecated now.
fn deprecated<'d>(operation: &Operation<'d>, live: &Live<'d>) -> (&'static Check, String) {
    match replacement(operation).and_then(Node::as_str).filter(|name| !name.is_empty()) {
        Some(name) => (&DEPRECATED, format!("the operation is deprecated in favour of {}", quoted(name))),
        None if live.has_successor(operation) => {
            (&DEPRECATED, "the operation is deprecated; others of its family stay".to_owned())
        }
        None => (&NO_SUCCESSOR, "the operation is deprecated, and nothing is named to use instead".to_owned()),
    }
}
