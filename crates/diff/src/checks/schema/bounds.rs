use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::facets::{Fit, bound_changes, is_judged};
use crate::schema_pair::SchemaPair;

pub(crate) static FAMILY: Family = Family {
    checks: &[&TIGHTENED, &LOOSENED, &RESPONSE_LOOSENED, &RESPONSE_TIGHTENED],
    visits: &[Visit::Schema(check)],
};

static TIGHTENED: Check = Check {
    id: "request-property-bound-tightened",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A limit on what can be sent is stricter than before, or new: of size, length, number, multiples or \
           repetition.",
    why: "Bodies that steps have stored can lie beyond it and are refused then.",
    instead: "keep the old limit, or set the stricter one in a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "string", "maxLength": 50 } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "maxLength": 20 } } }"#,
            old: &["/properties/p/maxLength"],
            new: &["/properties/p/maxLength"],
            reversed: &["request-property-bound-loosened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "integer" } } }"#,
            after: r#"{ "properties": { "p": { "type": "integer", "minimum": 1 } } }"#,
            old: &["/properties/p"],
            new: &["/properties/p/minimum"],
            reversed: &["request-property-bound-loosened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "array" } } }"#,
            after: r#"{ "properties": { "p": { "type": "array", "uniqueItems": true } } }"#,
            old: &["/properties/p"],
            new: &["/properties/p/uniqueItems"],
            reversed: &["request-property-bound-loosened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "integer", "multipleOf": 2 } } }"#,
            after: r#"{ "properties": { "p": { "type": "integer", "multipleOf": 3 } } }"#,
            old: &["/properties/p/multipleOf"],
            new: &["/properties/p/multipleOf"],
            reversed: &["request-property-bound-tightened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "number", "maximum": 5 } } }"#,
            after: r#"{ "properties": { "p": { "type": "number", "maximum": 5, "exclusiveMaximum": true } } }"#,
            old: &["/properties/p/maximum"],
            new: &["/properties/p/exclusiveMaximum"],
            reversed: &["request-property-bound-loosened"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static LOOSENED: Check = Check {
    id: "request-property-bound-loosened",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A limit on what can be sent is less strict than before, or gone.",
    why: "Everything that was within the limit still is.",
    instead: "nothing needs to be done",
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "array", "maxItems": 5 } } }"#,
            after: r#"{ "properties": { "p": { "type": "array", "maxItems": 10 } } }"#,
            old: &["/properties/p/maxItems"],
            new: &["/properties/p/maxItems"],
            reversed: &["request-property-bound-tightened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "integer", "multipleOf": 4 } } }"#,
            after: r#"{ "properties": { "p": { "type": "integer", "multipleOf": 2 } } }"#,
            old: &["/properties/p/multipleOf"],
            new: &["/properties/p/multipleOf"],
            reversed: &["request-property-bound-tightened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "string", "minLength": 2 } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "minLength": 1 } } }"#,
            old: &["/properties/p/minLength"],
            new: &["/properties/p/minLength"],
            reversed: &["request-property-bound-tightened"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static RESPONSE_LOOSENED: Check = Check {
    id: "response-property-bound-loosened",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "A limit that returned values used to keep is less strict than before, or gone.",
    why: "Values arrive that nobody had to expect: longer than a column, more than a loop was made for.",
    instead: "keep the promise, or return the wider values from a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": "string", "maxLength": 50 } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "maxLength": 200 } } }"#,
            old: &["/properties/p/maxLength"],
            new: &["/properties/p/maxLength"],
            reversed: &["response-property-bound-tightened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": "array", "uniqueItems": true } } }"#,
            after: r#"{ "properties": { "p": { "type": "array" } } }"#,
            old: &["/properties/p/uniqueItems"],
            new: &["/properties/p"],
            reversed: &["response-property-bound-tightened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Response,
            before: r#"{ "properties": { "p": { "type": "integer", "minimum": 0 } } }"#,
            after: r#"{ "properties": { "p": { "type": "integer" } } }"#,
            old: &["/properties/p/minimum"],
            new: &["/properties/p"],
            reversed: &["response-property-bound-tightened"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static RESPONSE_TIGHTENED: Check = Check {
    id: "response-property-bound-tightened",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "Returned values keep a stricter limit than before, or a new one.",
    why: "Whatever arrives would have been expected before, too.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "properties": { "p": { "type": "array", "maxItems": 10 } } }"#,
        after: r#"{ "properties": { "p": { "type": "array", "maxItems": 5 } } }"#,
        old: &["/properties/p/maxItems"],
        new: &["/properties/p/maxItems"],
        reversed: &["response-property-bound-loosened"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if !is_judged(pair) {
        return;
    }
    for change in bound_changes(&pair.old, &pair.new) {
        let check = match (pair.is_request(), change.fit) {
            (true, Fit::Narrower | Fit::Other) => &TIGHTENED,
            (true, Fit::Wider | Fit::Same) => &LOOSENED,
            (false, Fit::Wider | Fit::Other) => &RESPONSE_LOOSENED,
            (false, Fit::Narrower | Fit::Same) => &RESPONSE_TIGHTENED,
        };
        out.changed(check, change.old, change.new, change.message()).at(change.keyword);
    }
}
