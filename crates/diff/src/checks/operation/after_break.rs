use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict};

/// Nothing of it is visible in a pair by itself: `aftermath` judges when everything else is known.
pub(crate) static FAMILY: Family = Family { checks: &[&IN_PLACE, &PREVIEW], visits: &[] };

static IN_PLACE: Check = Check {
    id: "revision-replaces-in-place",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "The revision of an operation goes up under the same `operationId`, and its contract breaks.",
    why: "A number does not protect anybody: saved steps know the id and meet the new contract at their next run.",
    instead: "put the new contract into a new operation of the family with the next revision, and leave the old one as it is",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"
{ "operationId": "SetItem_V2", "x-ms-api-annotation": { "family": "SetItem", "revision": 1 },
  "parameters": [ { "name": "id", "in": "query", "type": "string" } ] }"#,
        after: r#"
{ "operationId": "SetItem_V2", "x-ms-api-annotation": { "family": "SetItem", "revision": 2 },
  "parameters": [ { "name": "id", "in": "query", "type": "string", "required": true } ] }"#,
        old: &["/x-ms-api-annotation/revision"],
        new: &["/x-ms-api-annotation/revision"],
        also: &["parameter-became-required"],
        reversed: &["parameter-became-optional", "revision-lowered"],
    }],
    ..Check::BASE
};

static PREVIEW: Check = Check {
    id: "preview-operation-break",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "Something breaks in an operation whose own `x-ms-api-annotation` said the status Preview. It stands beside the \
           breaking change, whose verdict stays.",
    why: "Whoever uses a preview was told to expect it; their steps stop all the same.",
    instead: "announce the change to those who use the preview",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"
{ "x-ms-api-annotation": { "status": "Preview" },
  "parameters": [ { "name": "id", "in": "query", "type": "string" } ] }"#,
        after: r#"
{ "x-ms-api-annotation": { "status": "Preview" },
  "parameters": [ { "name": "id", "in": "query", "type": "string", "required": true } ] }"#,
        old: &["/parameters/0"],
        new: &["/parameters/0/required"],
        also: &["parameter-became-required"],
        reversed: &["parameter-became-optional"],
    }],
    ..Check::BASE
};
