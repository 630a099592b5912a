use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::text_values::report_bounds;
use crate::view::ParameterPair;

pub(crate) static FAMILY: Family =
    Family { checks: &[&MAX_LOWERED, &MAX_RAISED, &MIN_RAISED, &MIN_LOWERED], visits: &[Visit::Parameter(check)] };

static MAX_LOWERED: Check = Check {
    id: "parameter-maxlength-lowered",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The longest text that a parameter takes is shorter than it was, or there was no limit.",
    why: "A saved step that holds a longer text is turned away.",
    instead: "keep taking texts of the old length",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "string", "maxLength": 200 }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "string", "maxLength": 100 }"#,
            old: &["/maxLength"],
            new: &["/maxLength"],
            reversed: &["parameter-maxlength-raised"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "string" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "string", "maxLength": 100 }"#,
            old: &[""],
            new: &["/maxLength"],
            reversed: &["parameter-maxlength-raised"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static MAX_RAISED: Check = Check {
    id: "parameter-maxlength-raised",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter takes longer texts than it did.",
    why: "Every text that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "string", "maxLength": 100 }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "string", "maxLength": 200 }"#,
        old: &["/maxLength"],
        new: &["/maxLength"],
        reversed: &["parameter-maxlength-lowered"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static MIN_RAISED: Check = Check {
    id: "parameter-minlength-raised",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The shortest text that a parameter takes is longer than it was, or any text was long enough.",
    why: "A saved step that holds a shorter text, often none at all, is turned away.",
    instead: "keep taking texts of the old length",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "string", "minLength": 1 }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "string", "minLength": 3 }"#,
            old: &["/minLength"],
            new: &["/minLength"],
            reversed: &["parameter-minlength-lowered"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "string" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "string", "minLength": 1 }"#,
            old: &[""],
            new: &["/minLength"],
            reversed: &["parameter-minlength-lowered"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static MIN_LOWERED: Check = Check {
    id: "parameter-minlength-lowered",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter takes shorter texts than it did.",
    why: "Every text that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "string", "minLength": 3 }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "string", "minLength": 1 }"#,
        old: &["/minLength"],
        new: &["/minLength"],
        reversed: &["parameter-minlength-raised"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    report_bounds(
        pair,
        out,
        &[(&["maxLength"], &MAX_LOWERED, &MAX_RAISED), (&["minLength"], &MIN_RAISED, &MIN_LOWERED)],
    );
}
