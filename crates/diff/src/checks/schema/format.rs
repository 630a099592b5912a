use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::facets::{Fit, format_fit, is_judged};
use crate::schema_pair::SchemaPair;
use crate::{Out, quoted};

pub(crate) static FAMILY: Family =
    Family { checks: &[&NARROWED, &WIDENED, &RESPONSE_CHANGED, &RESPONSE_NARROWED], visits: &[Visit::Schema(check)] };

static NARROWED: Check = Check {
    id: "request-property-format-narrowed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The format of a value that is sent admits fewer values than before, or other ones.",
    why: "A value that a step has stored can be out of range now, or written in a way that is no longer \
          understood.",
    instead: "keep accepting the old format, and take the stricter one in a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "integer", "format": "int64" } } }"#,
            after: r#"{ "properties": { "p": { "type": "integer", "format": "int32" } } }"#,
            old: &["/properties/p/format"],
            new: &["/properties/p/format"],
            reversed: &["request-property-format-widened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "string" } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "format": "date-time" } } }"#,
            old: &["/properties/p"],
            new: &["/properties/p/format"],
            reversed: &["request-property-format-widened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "string", "format": "date" } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "format": "date-time" } } }"#,
            old: &["/properties/p/format"],
            new: &["/properties/p/format"],
            reversed: &["request-property-format-narrowed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static WIDENED: Check = Check {
    id: "request-property-format-widened",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "The format of a value that is sent admits every value it admitted before.",
    why: "Whatever is stored in steps is still accepted.",
    instead: "nothing needs to be done",
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "number", "format": "float" } } }"#,
            after: r#"{ "properties": { "p": { "type": "number", "format": "double" } } }"#,
            old: &["/properties/p/format"],
            new: &["/properties/p/format"],
            reversed: &["request-property-format-narrowed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "string" } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "format": "html" } } }"#,
            old: &["/properties/p"],
            new: &["/properties/p/format"],
            reversed: &["request-property-format-widened"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static RESPONSE_CHANGED: Check = Check {
    id: "response-property-format-changed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "The format of a value that is returned is another one, and not just a stricter one.",
    why: "Apps choose the kind of a column by the format: dates, identifiers and files are read by other rules than \
          plain text.",
    instead: "keep the format, and return the new one in a property of its own",
    examples: &[
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": "string" } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "format": "date-time" } } }"#,
            old: &["/properties/p"],
            new: &["/properties/p/format"],
            reversed: &["response-property-format-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": "integer", "format": "int32" } } }"#,
            after: r#"{ "properties": { "p": { "type": "integer", "format": "int64" } } }"#,
            old: &["/properties/p/format"],
            new: &["/properties/p/format"],
            reversed: &["response-property-format-narrowed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": "string", "format": "byte" } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "format": "binary" } } }"#,
            old: &["/properties/p/format"],
            new: &["/properties/p/format"],
            reversed: &["response-property-format-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static RESPONSE_NARROWED: Check = Check {
    id: "response-property-format-narrowed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Warning,
    what: "The format of a value that is returned promises a part of the values it promised before.",
    why: "All values still fit; clients that took the kind of a variable from the format have to be generated \
          again.",
    instead: "say in the notes of the release that the value is of a smaller kind",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "properties": { "p": { "type": "string", "format": "date-time" } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "format": "date" } } }"#,
        old: &["/properties/p/format"],
        new: &["/properties/p/format"],
        reversed: &["response-property-format-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

/// Formats of text that clients read into something else than text.
const TYPED: [&str; 6] = ["date-time", "date", "date-no-tz", "byte", "binary", "uuid"];

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.text("format"), pair.new.text("format"));
    if old == new || !is_judged(pair) {
        return;
    }
    let becomes_typed = old.is_none() && new.is_some_and(|format| TYPED.contains(&format));
    let check = match (pair.is_request(), format_fit(old, new)) {
        (true, Fit::Narrower | Fit::Other) => &NARROWED,
        (true, Fit::Wider | Fit::Same) => &WIDENED,
        (false, Fit::Narrower | Fit::Same) if !becomes_typed => &RESPONSE_NARROWED,
        (false, _) => &RESPONSE_CHANGED,
    };
    let message = match (old, new) {
        (Some(old), Some(new)) => format!("the format is {} now, not {}", quoted(new), quoted(old)),
        (None, Some(new)) => format!("there is a format now: {}", quoted(new)),
        (Some(old), None) => format!("the format {} is gone", quoted(old)),
        (None, None) => return,
    };
    let (one, two) = (pair.old.get("format"), pair.new.get("format"));
    out.changed(check, one.unwrap_or(pair.old.node()), two.unwrap_or(pair.new.node()), message);
}
