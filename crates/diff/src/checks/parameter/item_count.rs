use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::text_values::report_bounds;
use crate::view::ParameterPair;

pub(crate) static FAMILY: Family = Family {
    checks: &[&MAX_LOWERED, &MAX_RAISED, &MIN_RAISED, &MIN_LOWERED, &UNIQUE_ON, &UNIQUE_OFF],
    visits: &[Visit::Parameter(check)],
};

static MAX_LOWERED: Check = Check {
    id: "parameter-maxitems-lowered",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter takes fewer items than it did, or any number was allowed.",
    why: "A saved step that holds a longer list is turned away.",
    instead: "keep taking lists of the old length",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "maxItems": 20 }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "maxItems": 10 }"#,
            old: &["/maxItems"],
            new: &["/maxItems"],
            reversed: &["parameter-maxitems-raised"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"} }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "maxItems": 10 }"#,
            old: &[""],
            new: &["/maxItems"],
            reversed: &["parameter-maxitems-raised"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static MAX_RAISED: Check = Check {
    id: "parameter-maxitems-raised",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter takes more items than it did.",
    why: "Every list that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "maxItems": 10 }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "maxItems": 20 }"#,
        old: &["/maxItems"],
        new: &["/maxItems"],
        reversed: &["parameter-maxitems-lowered"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static MIN_RAISED: Check = Check {
    id: "parameter-minitems-raised",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter demands more items than it did.",
    why: "A saved step that holds a shorter list is turned away.",
    instead: "keep taking lists of the old length",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "minItems": 1 }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "minItems": 3 }"#,
            old: &["/minItems"],
            new: &["/minItems"],
            reversed: &["parameter-minitems-lowered"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"} }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "minItems": 1 }"#,
            old: &[""],
            new: &["/minItems"],
            reversed: &["parameter-minitems-lowered"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static MIN_LOWERED: Check = Check {
    id: "parameter-minitems-lowered",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter demands fewer items than it did.",
    why: "Every list that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "minItems": 3 }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "minItems": 1 }"#,
        old: &["/minItems"],
        new: &["/minItems"],
        reversed: &["parameter-minitems-raised"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static UNIQUE_ON: Check = Check {
    id: "parameter-uniqueitems-on",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The items of a parameter must all be different now.",
    why: "A saved step whose list holds something twice is turned away.",
    instead: "keep taking lists with repeated items, and drop the repeats in the service",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"} }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "uniqueItems": true }"#,
        old: &[""],
        new: &["/uniqueItems"],
        reversed: &["parameter-uniqueitems-off"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static UNIQUE_OFF: Check = Check {
    id: "parameter-uniqueitems-off",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "The items of a parameter no longer have to be different.",
    why: "Every list that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "uniqueItems": true }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "uniqueItems": false }"#,
        old: &["/uniqueItems"],
        new: &["/uniqueItems"],
        reversed: &["parameter-uniqueitems-on"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    report_bounds(
        pair,
        out,
        &[
            (&["maxItems"], &MAX_LOWERED, &MAX_RAISED),
            (&["minItems"], &MIN_RAISED, &MIN_LOWERED),
            (&["uniqueItems"], &UNIQUE_ON, &UNIQUE_OFF),
        ],
    );
}
