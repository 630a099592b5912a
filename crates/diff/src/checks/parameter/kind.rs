use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::ParameterPair;
use backshell_package::ParameterLocation;

pub(crate) static FAMILY: Family =
    Family { checks: &[&NARROWED, &WIDENED, &DISJOINT, &FILE], visits: &[Visit::Parameter(check)] };

static NARROWED: Check = Check {
    id: "parameter-type-narrowed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter has another type, which refuses some of the values that the old one took.",
    why: "Stored values are of the old type.",
    instead: "keep the type, and offer the other one in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "number" }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
        old: &["/type"],
        new: &["/type"],
        also: &[],
        reversed: &["parameter-type-widened"],
    }],
    ..Check::BASE
};

static WIDENED: Check = Check {
    id: "parameter-type-widened",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter has a wider type: `integer` has become `number`, or a scalar a string.",
    why: "Old values are written in the same way.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "string" }"#,
        old: &["/type"],
        new: &["/type"],
        also: &[],
        reversed: &["parameter-type-narrowed"],
    }],
    ..Check::BASE
};

static DISJOINT: Check = Check {
    id: "parameter-type-disjoint",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter has another type that has no value in common with the old one.",
    why: "No stored value fits.",
    instead: "keep the type, and offer the other one in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "boolean" }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
        old: &["/type"],
        new: &["/type"],
        also: &[],
        reversed: &["parameter-type-disjoint"],
    }],
    ..Check::BASE
};

static FILE: Check = Check {
    id: "parameter-formdata-file-to-field",
    object: Object::RequestBody,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A part of a form that was a file has become a field, or the reverse.",
    why: "The part is sent in another way.",
    instead: "keep the part as it was, and add another one",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "data", "in": "formData", "type": "file" }"#,
        after: r#"{ "name": "data", "in": "formData", "type": "string" }"#,
        old: &["/type"],
        new: &["/type"],
        also: &[],
        reversed: &["parameter-formdata-file-to-field"],
    }],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (pair.old.kind(), pair.new.kind()) else { return };
    let is_form = pair.old.location == ParameterLocation::FormData;
    let check = match (old, new) {
        _ if old == new => return,
        ("file", _) | (_, "file") if is_form => &FILE,
        ("integer", "number") | ("integer" | "number" | "boolean", "string") => &WIDENED,
        ("number", "integer") | ("string", _) | ("array", "integer" | "number" | "boolean" | "string") => &NARROWED,
        _ => &DISJOINT,
    };
    let place = |parameter: backshell_package::Parameter<'d>| parameter.node.get("type").unwrap_or(parameter.node);
    let message = format!("the type is {} now, not {}", crate::quoted(new), crate::quoted(old));
    out.changed(check, place(pair.old), place(pair.new), message).at("type");
}
