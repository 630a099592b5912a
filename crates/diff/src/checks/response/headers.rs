use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::quoted;
use crate::shape::Shape;
use crate::view::ResponsePair;

pub(crate) static FAMILY: Family =
    Family { checks: &[&REMOVED, &ADDED, &TYPE_CHANGED, &CASE_CHANGED], visits: &[Visit::Response(check)] };

static REMOVED: Check = Check {
    id: "response-header-removed",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "A header of a successful answer is gone.",
    why: "Steps read headers by name.",
    instead: "keep sending the header",
    examples: &[Example {
        snippet: Snippet::Responses,
        before: r#"{ "200": { "description": "", "headers": { "X-Left": { "type": "integer" } } } }"#,
        after: r#"{ "200": { "description": "", "headers": {  } } }"#,
        old: &["/200/headers/X-Left"],
        reversed: &["response-header-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static ADDED: Check = Check {
    id: "response-header-added",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "There is one more header.",
    why: "Readers take the headers they know.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Responses,
        before: r#"{ "200": { "description": "", "headers": {  } } }"#,
        after: r#"{ "200": { "description": "", "headers": { "X-Left": { "type": "integer" } } } }"#,
        new: &["/200/headers/X-Left"],
        reversed: &["response-header-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static TYPE_CHANGED: Check = Check {
    id: "response-header-type-changed",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "What a header holds is of another kind, or is written in another format.",
    why: "Readers parse the text of the header by the old one.",
    instead: "send the new value in a header of its own",
    examples: &[
        Example {
            snippet: Snippet::Responses,
            before: r#"{ "200": { "description": "", "headers": { "X-Left": { "type": "integer" } } } }"#,
            after: r#"{ "200": { "description": "", "headers": { "X-Left": { "type": "string" } } } }"#,
            old: &["/200/headers/X-Left/type"],
            new: &["/200/headers/X-Left/type"],
            reversed: &["response-header-type-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Responses,
            before: r#"{ "200": { "description": "", "headers": { "X-Left": { "type": "integer" } } } }"#,
            after: r#"{ "200": { "description": "", "headers": { "X-Left": { "type": "integer", "format": "int64" } } } }"#,
            old: &["/200/headers/X-Left"],
            new: &["/200/headers/X-Left/format"],
            reversed: &["response-header-type-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static CASE_CHANGED: Check = Check {
    id: "response-header-case-changed",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "The name of a header is written with other letter case.",
    why: "Letter case does not count in names of headers.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Responses,
        before: r#"{ "200": { "description": "", "headers": { "X-Left": { "type": "integer" } } } }"#,
        after: r#"{ "200": { "description": "", "headers": { "x-left": { "type": "integer" } } } }"#,
        old: &["/200/headers/X-Left"],
        new: &["/200/headers/x-left"],
        reversed: &["response-header-case-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &ResponsePair<'d>, out: &mut Out<'_, 'd>) {
    // What comes with a failure is documentation.
    if !pair.is_success {
        return;
    }
    let at = |name: &str| format!("responses/{}/headers/{}", pair.old.status, name.to_ascii_lowercase());
    for (name, node) in &pair.headers.removed {
        out.removed(&REMOVED, *node, format!("the header {} is gone", quoted(name))).at(at(name));
    }
    for (name, node) in &pair.headers.added {
        out.added(&ADDED, *node, format!("the header {} is new", quoted(name))).at(at(name));
    }
    for ((old_name, old), (new_name, new)) in pair.headers.kept() {
        if old_name != new_name {
            let message = format!("the header {} is written {} now", quoted(old_name), quoted(new_name));
            out.changed(&CASE_CHANGED, *old, *new, message).at(at(old_name)).values(*old_name, *new_name);
        }
        let (one, two) = (Shape::of(*old), Shape::of(*new));
        for keyword in ["type", "format"] {
            if one.text(keyword) != two.text(keyword) {
                let shown = |shape: &Shape<'d>| shape.text(keyword).map_or_else(|| "none".to_owned(), quoted);
                let name = quoted(new_name);
                let message = format!("the {keyword} of the header {name} is {} now, not {}", shown(&two), shown(&one));
                let place = |shape: &Shape<'d>| shape.get(keyword).unwrap_or(shape.node());
                let at = format!("{}/{keyword}", at(old_name));
                out.changed(&TYPE_CHANGED, place(&one), place(&two), message).at(at);
                break;
            }
        }
    }
}
