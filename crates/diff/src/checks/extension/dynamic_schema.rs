use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use backshell_source::Node;

pub(crate) static FAMILY: Family =
    Family { checks: &[&ADDED, &REMOVED, &RESPONSE_ADDED, &RESPONSE_REMOVED], visits: &[Visit::Schema(check)] };

static ADDED: Check = Check {
    id: "request-dynamic-schema-added",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "Properties to be sent are no longer listed but fetched while a step is edited.",
    why: "Values that steps hold by name have no place until the list arrives, and perhaps not even then.",
    instead: "keep the static properties beside the dynamic ones",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } } }"#,
        after: r#"{ "type": "object", "x-ms-dynamic-schema": { "operationId": "Fields", "value-path": "schema" } }"#,
        old: &[""],
        new: &["/x-ms-dynamic-schema"],
        reversed: &["request-dynamic-schema-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "request-dynamic-schema-removed",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "Properties to be sent are no longer fetched while a step is edited but listed.",
    why: "Inputs that were found at that time need not be in the list.",
    instead: "keep the dynamic schema",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "x-ms-dynamic-schema": { "operationId": "Fields", "value-path": "schema" } }"#,
        after: r#"{ "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } } }"#,
        old: &["/x-ms-dynamic-schema"],
        new: &[""],
        reversed: &["request-dynamic-schema-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static RESPONSE_ADDED: Check = Check {
    id: "response-dynamic-schema-added",
    object: Object::Extension,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "Returned properties are no longer listed but fetched while a step is edited.",
    why: "References to outputs are unknown until the schema has been fetched, and may not be in it.",
    instead: "keep the static properties beside the dynamic ones",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } } }"#,
        after: r#"{ "type": "object", "x-ms-dynamic-schema": { "operationId": "Fields", "value-path": "schema" } }"#,
        old: &[""],
        new: &["/x-ms-dynamic-schema"],
        reversed: &["response-dynamic-schema-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static RESPONSE_REMOVED: Check = Check {
    id: "response-dynamic-schema-removed",
    object: Object::Extension,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "Returned properties are no longer fetched while a step is edited but listed.",
    why: "Outputs that were found at that time need not be in the list.",
    instead: "keep the dynamic schema",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object", "x-ms-dynamic-schema": { "operationId": "Fields", "value-path": "schema" } }"#,
        after: r#"{ "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } } }"#,
        old: &["/x-ms-dynamic-schema"],
        new: &[""],
        reversed: &["response-dynamic-schema-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

/// How the source of the properties has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::checks) enum Switch {
    /// They were listed and are fetched now.
    Dynamic,
    /// They were fetched and are listed now.
    Static,
}

/// Whether the properties come from somewhere else now, so that each by itself is not a change.
pub(in crate::checks) fn switch(pair: &SchemaPair<'_>) -> Option<Switch> {
    match (dynamic(&pair.old), dynamic(&pair.new)) {
        (None, Some(_)) if !pair.properties.removed.is_empty() => Some(Switch::Dynamic),
        (Some(_), None) => Some(Switch::Static),
        _ => None,
    }
}

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if pair.is_request() && pair.is_read_only() {
        return;
    }
    let Some(switch) = switch(pair) else { return };
    let (check, message) = match (pair.is_request(), switch) {
        (true, Switch::Dynamic) => (&ADDED, "the properties are fetched now, not listed"),
        (true, Switch::Static) => (&REMOVED, "the properties are no longer fetched"),
        (false, Switch::Dynamic) => (&RESPONSE_ADDED, "the properties are fetched now, not listed"),
        (false, Switch::Static) => (&RESPONSE_REMOVED, "the properties are no longer fetched"),
    };
    let place = |shape: &Shape<'d>| dynamic(shape).unwrap_or(shape.node());
    out.changed(check, place(&pair.old), place(&pair.new), message).at("dynamic");
}

fn dynamic<'d>(shape: &Shape<'d>) -> Option<Node<'d>> {
    shape.get("x-ms-dynamic-schema").or_else(|| shape.get("x-ms-dynamic-properties"))
}
