use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::text_values::report_bounds;
use crate::view::ParameterPair;

pub(crate) static FAMILY: Family = Family {
    checks: &[&MAX_LOWERED, &MAX_RAISED, &MIN_RAISED, &MIN_LOWERED, &MULTIPLE_TIGHTENED, &MULTIPLE_LOOSENED],
    visits: &[Visit::Parameter(check)],
};

static MAX_LOWERED: Check = Check {
    id: "parameter-max-lowered",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The greatest number that a parameter takes is smaller than it was, is new, or is itself refused now.",
    why: "A saved step that holds a greater number is turned away.",
    instead: "leave the limit as it is in this operation, and set the new one in a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "maximum": 100 }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "maximum": 50 }"#,
            old: &["/maximum"],
            new: &["/maximum"],
            reversed: &["parameter-max-raised"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "maximum": 50 }"#,
            old: &[""],
            new: &["/maximum"],
            reversed: &["parameter-max-raised"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "maximum": 100 }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "maximum": 100, "exclusiveMaximum": true }"#,
            old: &["/maximum"],
            new: &["/exclusiveMaximum"],
            reversed: &["parameter-max-raised"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static MAX_RAISED: Check = Check {
    id: "parameter-max-raised",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter takes greater numbers than it did.",
    why: "Every number that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer", "maximum": 50 }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer", "maximum": 100 }"#,
        old: &["/maximum"],
        new: &["/maximum"],
        reversed: &["parameter-max-lowered"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static MIN_RAISED: Check = Check {
    id: "parameter-min-raised",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The least number that a parameter takes is greater than it was, is new, or is itself refused now.",
    why: "A saved step that holds a smaller number is turned away.",
    instead: "leave the limit as it is in this operation, and set the new one in a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "minimum": 1 }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "minimum": 5 }"#,
            old: &["/minimum"],
            new: &["/minimum"],
            reversed: &["parameter-min-lowered"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "minimum": 0 }"#,
            old: &[""],
            new: &["/minimum"],
            reversed: &["parameter-min-lowered"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "minimum": 1 }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "minimum": 1, "exclusiveMinimum": true }"#,
            old: &["/minimum"],
            new: &["/exclusiveMinimum"],
            reversed: &["parameter-min-lowered"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static MIN_LOWERED: Check = Check {
    id: "parameter-min-lowered",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter takes smaller numbers than it did.",
    why: "Every number that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer", "minimum": 5 }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer", "minimum": 1 }"#,
        old: &["/minimum"],
        new: &["/minimum"],
        reversed: &["parameter-min-raised"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static MULTIPLE_TIGHTENED: Check = Check {
    id: "parameter-multipleof-tightened",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "Fewer numbers are multiples of what a parameter demands, or it did not demand any.",
    why: "A saved step may hold a number that is turned away.",
    instead: "keep taking the numbers in between",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "multipleOf": 5 }"#,
            old: &[""],
            new: &["/multipleOf"],
            reversed: &["parameter-multipleof-loosened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "multipleOf": 5 }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "multipleOf": 10 }"#,
            old: &["/multipleOf"],
            new: &["/multipleOf"],
            reversed: &["parameter-multipleof-loosened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "multipleOf": 4 }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "multipleOf": 6 }"#,
            old: &["/multipleOf"],
            new: &["/multipleOf"],
            reversed: &["parameter-multipleof-tightened"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static MULTIPLE_LOOSENED: Check = Check {
    id: "parameter-multipleof-loosened",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "All old multiples are multiples of what a parameter demands now, or it no longer demands any.",
    why: "Every number that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer", "multipleOf": 10 }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer", "multipleOf": 5 }"#,
        old: &["/multipleOf"],
        new: &["/multipleOf"],
        reversed: &["parameter-multipleof-tightened"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    report_bounds(
        pair,
        out,
        &[
            (&["maximum", "exclusiveMaximum"], &MAX_LOWERED, &MAX_RAISED),
            (&["minimum", "exclusiveMinimum"], &MIN_RAISED, &MIN_LOWERED),
            (&["multipleOf"], &MULTIPLE_TIGHTENED, &MULTIPLE_LOOSENED),
        ],
    );
}
