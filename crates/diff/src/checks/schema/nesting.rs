use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::nesting::{list_move, moves};
use crate::schema_pair::SchemaPair;
use crate::{Out, quoted};

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED, &RESPONSE_CHANGED], visits: &[Visit::Schema(check)] };

static CHANGED: Check = Check {
    id: "request-nesting-changed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A property to be sent stands one level deeper or higher than before.",
    why: "Inputs of steps are stored by the whole path to them, and the path is another one.",
    instead: "keep the level, or offer the new form in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } } }"#,
        after: r#"{ "type": "object", "properties": { "data": { "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } } } } }"#,
        old: &["/properties/a", "/properties/b"],
        new: &["/properties/data/properties/a", "/properties/data/properties/b"],
        reversed: &["request-nesting-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static RESPONSE_CHANGED: Check = Check {
    id: "response-nesting-changed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "A returned property stands one level deeper or higher than before, or a list was put into an object.",
    why: "References to outputs name the whole path, and it leads nowhere now.",
    instead: "return the new form from a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Response,
            before: r#"{ "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } } }"#,
            after: r#"{ "type": "object", "properties": { "data": { "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } } } } }"#,
            old: &["/properties/a", "/properties/b"],
            new: &["/properties/data/properties/a", "/properties/data/properties/b"],
            reversed: &["response-nesting-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Response,
            before: r#"{ "type": "array", "items": { "type": "string" } }"#,
            after: r#"{ "type": "object", "properties": { "value": { "type": "array", "items": { "type": "string" } } } }"#,
            old: &[""],
            new: &["/properties/value"],
            reversed: &["response-nesting-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if pair.is_request() && pair.is_read_only() {
        return;
    }
    let check = if pair.is_request() { &CHANGED } else { &RESPONSE_CHANGED };
    for found in moves(pair).into_iter().chain(list_move(pair)) {
        let (holder, name) = (found.holder, found.name.unwrap_or_default());
        let what = found.name.map_or_else(|| "the list".to_owned(), |name| format!("the property {}", quoted(name)));
        let where_to = if found.is_deeper { "stands within" } else { "has come out of" };
        let message = format!("{what} {where_to} {} now", quoted(holder));
        let (inner, outer) = (format!("{holder}/{name}"), name.to_owned());
        let (one, two) = if found.is_deeper { (outer, inner) } else { (inner, outer) };
        out.changed(check, found.old, found.new, message).at(name).values(one, two);
    }
}
