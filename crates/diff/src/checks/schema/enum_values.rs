use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::facets::{is_judged, joined, list_changes, shown};
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family {
    checks: &[&REMOVED, &ADDED, &RESPONSE_ADDED, &EXTENSIBLE_ADDED, &RESPONSE_REMOVED],
    visits: &[Visit::Schema(check)],
};

static REMOVED: Check = Check {
    id: "request-property-enum-value-removed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A value that could be sent is no longer in the list of allowed ones, or there is such a list now.",
    why: "Steps that have stored the value are refused.",
    instead: "keep accepting the value, and mark it as outdated in its display name",
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "string", "enum": ["red", "green", "blue"] } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "enum": ["red", "blue"] } } }"#,
            old: &["/properties/p/enum"],
            new: &["/properties/p/enum"],
            reversed: &["request-property-enum-value-added"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "string" } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "enum": ["red"] } } }"#,
            old: &["/properties/p"],
            new: &["/properties/p/enum"],
            reversed: &["request-property-enum-value-added"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "string", "enum": ["red"] } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "enum": ["green"] } } }"#,
            old: &["/properties/p/enum"],
            new: &["/properties/p/enum"],
            also: &["request-property-enum-value-added"],
            reversed: &["request-property-enum-value-added", "request-property-enum-value-removed"],
        },
    ],
    ..Check::BASE
};

static ADDED: Check = Check {
    id: "request-property-enum-value-added",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "More values can be sent: the list of allowed ones has grown, or is gone.",
    why: "Everything that was allowed still is.",
    instead: "nothing needs to be done",
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "string", "enum": ["red"] } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "enum": ["red", "green"] } } }"#,
            old: &["/properties/p/enum"],
            new: &["/properties/p/enum"],
            reversed: &["request-property-enum-value-removed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "string", "enum": ["red"] } } }"#,
            after: r#"{ "properties": { "p": { "type": "string" } } }"#,
            old: &["/properties/p/enum"],
            new: &["/properties/p"],
            reversed: &["request-property-enum-value-removed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static RESPONSE_ADDED: Check = Check {
    id: "response-property-enum-value-added",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Warning,
    what: "A value can be returned that was not in the list before, or there is no list any more.",
    why: "A switch in a flow has no branch for it, and what happens then was never tried.",
    instead: "announce from the start that the list will grow, with `modelAsString` in `x-ms-enum`",
    examples: &[
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": "string", "enum": ["open"] } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "enum": ["open", "closed"] } } }"#,
            old: &["/properties/p/enum"],
            new: &["/properties/p/enum"],
            reversed: &["response-property-enum-value-removed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": "string", "enum": ["open"] } } }"#,
            after: r#"{ "properties": { "p": { "type": "string" } } }"#,
            old: &["/properties/p/enum"],
            new: &["/properties/p"],
            reversed: &["response-property-enum-value-removed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static EXTENSIBLE_ADDED: Check = Check {
    id: "response-extensible-enum-value-added",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "A value can be returned that was not in the list before, and the old version said that the list is \
           open.",
    why: "Readers knew that they have to deal with values they do not know.",
    instead: "nothing needs to be done",
    examples: &[
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": "string", "enum": ["open"], "x-ms-enum": { "modelAsString": true } } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "enum": ["open", "closed"], "x-ms-enum": { "modelAsString": true } } } }"#,
            old: &["/properties/p/enum"],
            new: &["/properties/p/enum"],
            reversed: &["response-property-enum-value-removed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": "string", "x-extensible-enum": ["open"] } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "x-extensible-enum": ["open", "closed"] } } }"#,
            old: &["/properties/p/x-extensible-enum"],
            new: &["/properties/p/x-extensible-enum"],
            reversed: &["response-property-enum-value-removed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static RESPONSE_REMOVED: Check = Check {
    id: "response-property-enum-value-removed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "A value is no longer returned, or only listed values are.",
    why: "There is less to deal with; a branch for the value is never taken again.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "properties": { "p": { "type": "string", "enum": ["open", "closed"] } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "enum": ["open"] } } }"#,
        old: &["/properties/p/enum"],
        new: &["/properties/p/enum"],
        reversed: &["response-property-enum-value-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if !is_judged(pair) {
        return;
    }
    let (old, new) = (List::of(&pair.old, pair.is_request()), List::of(&pair.new, pair.is_request()));
    let grown = if announces_growth(&pair.old) { &EXTENSIBLE_ADDED } else { &RESPONSE_ADDED };
    let (added, removed) = if pair.is_request() { (&ADDED, &REMOVED) } else { (grown, &RESPONSE_REMOVED) };
    let places = (old.place, new.place);
    match (old.values, new.values) {
        (None, None) => {}
        (Some(_), None) => {
            out.changed(added, places.0, places.1, "there is no list of values any more");
        }
        (None, Some(new)) => {
            let message = format!("only listed values are allowed now: {}", shown(&new));
            out.changed(removed, places.0, places.1, message);
        }
        (Some(old), Some(new)) => {
            let (gone, come) = list_changes(&old, &new);
            if !gone.is_empty() {
                let message = format!("no longer in the list of values: {}", shown(&gone));
                out.changed(removed, places.0, places.1, message).values(joined(&gone), "");
            }
            if !come.is_empty() {
                let message = format!("new in the list of values: {}", shown(&come));
                out.changed(added, places.0, places.1, message).values("", joined(&come));
            }
        }
    }
}

/// A list of values and where it stands.
struct List<'d> {
    values: Option<Vec<Node<'d>>>,
    place: Node<'d>,
}

impl<'d> List<'d> {
    /// `enum`; of what is returned, also the open list that limits nothing.
    fn of(shape: &Shape<'d>, is_request: bool) -> Self {
        let open = || shape.get("x-extensible-enum").filter(|node| node.is_array() && !is_request);
        let closed = shape.enum_values();
        let place = shape.get("enum").filter(|_| closed.is_some()).or_else(open).unwrap_or(shape.node());
        Self { values: closed.or_else(|| open().map(|node| node.items().collect())), place }
    }
}

/// Whether readers were told to expect values that are not listed.
fn announces_growth(shape: &Shape<'_>) -> bool {
    let is_string = shape.get("x-ms-enum").and_then(|model| model.get("modelAsString"));
    let is_extensible = shape.get("x-extensible-enum").is_some_and(|node| node.as_bool() != Some(false));
    is_string.and_then(Node::as_bool) == Some(true) || is_extensible
}
