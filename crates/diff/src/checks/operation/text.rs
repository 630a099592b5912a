use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::OperationPair;
use backshell_package::Visibility;
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED, &EMPTIED, &TAGS], visits: &[Visit::Operation(check)] };

static CHANGED: Check = Check {
    id: "operation-text-changed",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "The words that an operation is shown with are others: `summary`, `description`, `externalDocs` or \
           `x-ms-summary`.",
    why: "People see another label. An assistant that chooses its tools by their descriptions may choose another one.",
    instead: "nothing needs to be done; mention it in the changelog",
    is_patch: true,
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "summary": "Set item", "description": "Changes an item." }"#,
        after: r#"{ "summary": "Set an item", "description": "Changes an item.", "externalDocs": { "url": "https://contoso.com" } }"#,
        old: &["/summary", ""],
        new: &["/summary", "/externalDocs"],
        reversed: &["operation-text-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static EMPTIED: Check = Check {
    id: "operation-description-emptied",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "The summary or the description of an operation that users see is empty now, or gone.",
    why: "Makers find an operation by these words, and assistants choose it by them.",
    instead: "keep a summary and a description",
    examples: &[
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "summary": "Set item", "description": "Changes an item." }"#,
            after: r#"{ "summary": "Set item" }"#,
            old: &["/description"],
            new: &[""],
            reversed: &["operation-text-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "summary": "Set item" }"#,
            after: r#"{ "summary": " " }"#,
            old: &["/summary"],
            new: &["/summary"],
            reversed: &["operation-text-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static TAGS: Check = Check {
    id: "operation-tags-changed",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "The tags of an operation are others, or in another order.",
    why: "Tags group operations in documentation; nothing that was saved knows them.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "tags": ["items"] }"#,
        after: r#"{ "tags": ["items", "writing"] }"#,
        old: &["/tags"],
        new: &["/tags"],
        reversed: &["operation-tags-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.node(), pair.new.node());
    let place = |operation: Node<'d>, key: &str| operation.get(key).unwrap_or(operation);
    for key in ["summary", "description", "externalDocs", "x-ms-summary"] {
        let said = (old.get(key), new.get(key));
        let had_text = said.0.is_some_and(|node| !is_empty(node));
        let has_text = said.1.is_some_and(|node| !is_empty(node));
        let is_same = said.0.zip(said.1).is_some_and(|(old, new)| old.json_eq(new));
        if is_same || (!had_text && !has_text) {
            continue;
        }
        let is_main = matches!(key, "summary" | "description") && pair.new.visibility() != Visibility::Internal;
        let places = (place(old, key), place(new, key));
        if had_text && !has_text && is_main {
            out.changed(&EMPTIED, places.0, places.1, format!("the {key} is empty now")).at(key);
        } else {
            out.changed(&CHANGED, places.0, places.1, format!("`{key}` says something else")).at(key);
        }
    }
    if pair.old.tags() != pair.new.tags() {
        out.changed(&TAGS, place(old, "tags"), place(new, "tags"), "the tags are others").at("tags");
    }
}

fn is_empty(node: Node<'_>) -> bool {
    node.is_null() || node.as_str().is_some_and(|text| text.trim().is_empty())
}
