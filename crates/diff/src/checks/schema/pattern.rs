use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::facets::is_judged;
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use crate::{Out, quoted};
use std::collections::BTreeSet;

pub(crate) static FAMILY: Family =
    Family { checks: &[&ADDED, &CHANGED, &REMOVED, &RESPONSE_CHANGED], visits: &[Visit::Schema(check)] };

static ADDED: Check = Check {
    id: "request-property-pattern-added",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "What is sent must follow a pattern that was not there before.",
    why: "Stored texts need not follow it, and are refused then.",
    instead: "leave the pattern out, or demand it in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "properties": { "p": { "type": "string" } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "pattern": "^[a-z]+$" } } }"#,
        old: &["/properties/p"],
        new: &["/properties/p/pattern"],
        reversed: &["request-property-pattern-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static CHANGED: Check = Check {
    id: "request-property-pattern-changed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "What is sent must follow another pattern than before.",
    why: "Whether every text that followed the old one follows the new one cannot be told in general.",
    instead: "make sure that the new pattern accepts whatever the old one did",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "properties": { "p": { "type": "string", "pattern": "^[a-z]+$" } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "pattern": "^[a-z0-9]+$" } } }"#,
        old: &["/properties/p/pattern"],
        new: &["/properties/p/pattern"],
        reversed: &["request-property-pattern-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "request-property-pattern-removed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "What is sent need not follow a pattern any more.",
    why: "Every text that followed it is still accepted.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "properties": { "p": { "type": "string", "pattern": "^[a-z]+$" } } }"#,
        after: r#"{ "properties": { "p": { "type": "string" } } }"#,
        old: &["/properties/p/pattern"],
        new: &["/properties/p"],
        reversed: &["request-property-pattern-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static RESPONSE_CHANGED: Check = Check {
    id: "response-property-pattern-changed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "The pattern of a returned text was set, changed or removed.",
    why: "Hardly any flow or app reads patterns.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "properties": { "p": { "type": "string", "pattern": "^[a-z]+$" } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "pattern": "^[a-z0-9]+$" } } }"#,
        old: &["/properties/p/pattern"],
        new: &["/properties/p/pattern"],
        reversed: &["response-property-pattern-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (patterns(&pair.old), patterns(&pair.new));
    if old == new || !is_judged(pair) {
        return;
    }
    let check = match pair.is_request() {
        false => &RESPONSE_CHANGED,
        true if new.is_superset(&old) => &ADDED,
        true if old.is_superset(&new) => &REMOVED,
        true => &CHANGED,
    };
    let gone = old.difference(&new).next().copied();
    let message = match (gone, new.difference(&old).next().copied()) {
        (Some(old), Some(new)) => format!("the pattern is {} now, not {}", quoted(new), quoted(old)),
        (Some(old), None) => format!("the pattern {} is gone", quoted(old)),
        (None, Some(new)) => format!("there is a pattern now: {}", quoted(new)),
        (None, None) => return,
    };
    let place = |shape: &Shape<'d>| shape.get("pattern").unwrap_or(shape.node());
    out.changed(check, place(&pair.old), place(&pair.new), message);
}

/// The patterns of all branches: a text must follow each of them.
fn patterns<'d>(shape: &Shape<'d>) -> BTreeSet<&'d str> {
    shape.parts().iter().filter_map(|part| part.get("pattern")?.as_str()).collect()
}
