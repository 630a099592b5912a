use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::OperationPair;
use crate::{Out, quoted};
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family { checks: &[&ADDED, &REMOVED], visits: &[Visit::Operation(check)] };

static ADDED: Check = Check {
    id: "operation-pagination-added",
    object: Object::Extension,
    direction: Direction::Response,
    verdict: Verdict::Warning,
    what: "An operation says in `x-ms-pageable` where the link to the next page stands, and did not before.",
    why: "The designer starts to fetch all pages, so that loops get more items than they did.",
    instead: "offer the pages in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: "{}",
        after: r#"{ "x-ms-pageable": { "nextLinkName": "nextLink" } }"#,
        old: &[""],
        new: &["/x-ms-pageable/nextLinkName"],
        reversed: &["operation-pagination-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "operation-pagination-removed",
    object: Object::Extension,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "`x-ms-pageable` is gone, or it names another property as the link to the next page.",
    why: "Flows in which paging is switched on receive the first page and nothing else.",
    instead: "keep `x-ms-pageable` as it is",
    examples: &[
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "x-ms-pageable": { "nextLinkName": "@odata.nextLink" } }"#,
            after: r#"{ "x-ms-pageable": { "nextLinkName": "nextLink" } }"#,
            old: &["/x-ms-pageable/nextLinkName"],
            new: &["/x-ms-pageable/nextLinkName"],
            reversed: &["operation-pagination-removed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "x-ms-pageable": { "nextLinkName": "nextLink" } }"#,
            after: "{}",
            old: &["/x-ms-pageable/nextLinkName"],
            new: &[""],
            reversed: &["operation-pagination-added"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.node(), pair.new.node());
    let place = |operation: Node<'d>| link(operation).or_else(|| operation.get("x-ms-pageable")).unwrap_or(operation);
    let text = |operation: Node<'d>| link(operation).and_then(Node::as_str);
    let (check, message) = match (text(old), text(new)) {
        (None, Some(name)) => (&ADDED, format!("the answer comes in pages now, linked by {}", quoted(name))),
        (Some(_), None) => (&REMOVED, "the answer does not come in pages any more".to_owned()),
        (Some(one), Some(two)) if one != two => {
            (&REMOVED, format!("the link to the next page is {} instead of {} now", quoted(two), quoted(one)))
        }
        _ => return,
    };
    out.changed(check, place(old), place(new), message).at("x-ms-pageable");
}

/// Where the link to the next page is named. `null` and an empty name say that there is one page.
fn link(operation: Node<'_>) -> Option<Node<'_>> {
    operation
        .get("x-ms-pageable")?
        .get("nextLinkName")
        .filter(|name| name.as_str().is_some_and(|name| !name.is_empty()))
}
