use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::schema_pair::SchemaPair;
use crate::{Out, quoted};

pub(crate) static FAMILY: Family =
    Family { checks: &[&CHANGED, &ADDED, &RESPONSE_CHANGED], visits: &[Visit::Schema(check)] };

static CHANGED: Check = Check {
    id: "request-discriminator-changed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "Another property than before says which kind of object is sent.",
    why: "Bodies name their kind in the old property, where the service no longer looks.",
    instead: "keep the property that names the kind",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "properties": { "kind": { "type": "string" }, "sort": { "type": "string" } }, "required": ["kind"], "discriminator": "kind" }"#,
        after: r#"{ "properties": { "kind": { "type": "string" }, "sort": { "type": "string" } }, "required": ["kind"], "discriminator": "sort" }"#,
        old: &["/discriminator"],
        new: &["/discriminator"],
        reversed: &["request-discriminator-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static ADDED: Check = Check {
    id: "request-discriminator-added",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A property that must be sent says now which kind of object is sent.",
    why: "Bodies that lack the property, or hold something else in it, are refused.",
    instead: "take the kinds apart in a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "kind": { "type": "string" }, "sort": { "type": "string" } }, "required": ["kind"] }"#,
            after: r#"{ "properties": { "kind": { "type": "string" }, "sort": { "type": "string" } }, "required": ["kind"], "discriminator": "kind" }"#,
            old: &[""],
            new: &["/discriminator"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "sort": { "type": "string" } } }"#,
            after: r#"{ "properties": { "kind": { "type": "string" }, "sort": { "type": "string" } }, "required": ["kind"], "discriminator": "kind" }"#,
            old: &[""],
            new: &["/discriminator"],
            reversed: &["request-property-removed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static RESPONSE_CHANGED: Check = Check {
    id: "response-discriminator-changed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Warning,
    what: "Another property than before says which kind of object is returned.",
    why: "Readers that choose by it look in the old place.",
    instead: "keep filling the old property as well",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "properties": { "kind": { "type": "string" }, "sort": { "type": "string" } }, "required": ["kind"], "discriminator": "kind" }"#,
        after: r#"{ "properties": { "kind": { "type": "string" }, "sort": { "type": "string" } }, "required": ["kind"], "discriminator": "sort" }"#,
        old: &["/discriminator"],
        new: &["/discriminator"],
        reversed: &["response-discriminator-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

/// Whether the property tells kinds of objects apart now, which it must be sent for.
pub(super) fn is_added(pair: &SchemaPair<'_>, name: &str) -> bool {
    pair.is_request()
        && pair.old.get("discriminator").is_none()
        && pair.new.text("discriminator") == Some(name)
        && pair.new.requires(name)
}

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.get("discriminator"), pair.new.get("discriminator"));
    let (Some(place), Some(name)) = (new, pair.new.text("discriminator")) else { return };
    match old {
        None if pair.is_request() && pair.new.requires(name) => {
            let message = format!("the property {} says now which kind of object it is", quoted(name));
            out.changed(&ADDED, pair.old.node(), place, message);
        }
        Some(old) if old.as_str().is_some_and(|old| old != name) => {
            let check = if pair.is_request() { &CHANGED } else { &RESPONSE_CHANGED };
            let before = quoted(old.as_str().unwrap_or_default());
            let message = format!("the kind of object is in {} now, not in {before}", quoted(name));
            out.changed(check, old, place, message);
        }
        _ => {}
    }
}
