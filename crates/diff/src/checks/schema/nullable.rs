use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::facets::is_judged;
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use backshell_source::Node;

pub(crate) static FAMILY: Family =
    Family { checks: &[&OFF, &ON, &RESPONSE_ON, &RESPONSE_OFF], visits: &[Visit::Schema(check)] };

static OFF: Check = Check {
    id: "request-property-nullable-off",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "`null` could be sent, and no longer can.",
    why: "Steps that send `null` to clear a field are refused.",
    instead: "keep accepting `null`",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "properties": { "p": { "type": "string", "x-nullable": true } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "x-nullable": false } } }"#,
        old: &["/properties/p/x-nullable"],
        new: &["/properties/p/x-nullable"],
        reversed: &["request-property-nullable-on"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static ON: Check = Check {
    id: "request-property-nullable-on",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "`null` can be sent.",
    why: "Whatever was sent before is still accepted.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "properties": { "p": { "type": "string" } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "x-nullable": true } } }"#,
        old: &["/properties/p"],
        new: &["/properties/p/x-nullable"],
        reversed: &["request-property-nullable-off"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static RESPONSE_ON: Check = Check {
    id: "response-property-nullable-on",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "`null` can be returned where there always was a value.",
    why: "Expressions and formulas that go on with the value fail when there is none.",
    instead: "return an empty value instead of `null`, or keep the promise for this property and add another one",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "properties": { "p": { "type": "string" } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "x-nullable": true } } }"#,
        old: &["/properties/p"],
        new: &["/properties/p/x-nullable"],
        reversed: &["response-property-nullable-off"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static RESPONSE_OFF: Check = Check {
    id: "response-property-nullable-off",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "`null` is no longer returned.",
    why: "There is always a value; tests for `null` do no harm.",
    instead: "nothing needs to be done",
    examples: &[
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": "string", "x-nullable": true } } }"#,
            after: r#"{ "properties": { "p": { "type": "string" } } }"#,
            old: &["/properties/p/x-nullable"],
            new: &["/properties/p"],
            reversed: &["response-property-nullable-on"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": ["string", "null"] } } }"#,
            after: r#"{ "properties": { "p": { "type": "string" } } }"#,
            old: &["/properties/p/type"],
            new: &["/properties/p"],
            reversed: &["response-property-nullable-on"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (is_nullable(&pair.old), is_nullable(&pair.new));
    if old == new || !is_judged(pair) {
        return;
    }
    let (check, message) = match (pair.is_request(), new) {
        (true, false) => (&OFF, "`null` is no longer accepted"),
        (true, true) => (&ON, "`null` is accepted now"),
        (false, true) => (&RESPONSE_ON, "`null` may be returned now"),
        (false, false) => (&RESPONSE_OFF, "`null` is no longer returned"),
    };
    out.changed(check, place(&pair.old), place(&pair.new), message)
        .at("x-nullable")
        .values(old.to_string(), new.to_string());
}

fn is_nullable(shape: &Shape<'_>) -> bool {
    shape.is_true("x-nullable") || null_type(shape).is_some()
}

/// A list of types with `null` in it.
fn null_type<'d>(shape: &Shape<'d>) -> Option<Node<'d>> {
    shape.get("type").filter(|node| node.items().any(|word| word.as_str() == Some("null")))
}

fn place<'d>(shape: &Shape<'d>) -> Node<'d> {
    shape.get("x-nullable").or_else(|| null_type(shape)).unwrap_or(shape.node())
}
