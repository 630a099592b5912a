use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::text_values::{Kinds, Sides};
use crate::view::ParameterPair;
use crate::{Out, quoted};
use backshell_package::ParameterLocation;

pub(crate) static FAMILY: Family =
    Family { checks: &[&EMPTY_OFF, &EMPTY_ON, &NULL_OFF, &NULL_ON], visits: &[Visit::Parameter(check)] };

static EMPTY_OFF: Check = Check {
    id: "parameter-allowempty-off",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter that could be sent without a value must have one.",
    why: "Steps that send it empty are turned away.",
    instead: "keep taking the empty value",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer", "allowEmptyValue": true }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
        old: &["/allowEmptyValue"],
        new: &[""],
        reversed: &["parameter-allowempty-on"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static EMPTY_ON: Check = Check {
    id: "parameter-allowempty-on",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter can be sent without a value.",
    why: "Every call that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer", "allowEmptyValue": false }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer", "allowEmptyValue": true }"#,
        old: &["/allowEmptyValue"],
        new: &["/allowEmptyValue"],
        reversed: &["parameter-allowempty-off"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static NULL_OFF: Check = Check {
    id: "parameter-nullable-off",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter no longer takes `null`.",
    why: "Steps that send `null` are turned away.",
    instead: "keep taking `null`, and treat it as a parameter that was left out",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer", "x-nullable": true }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
        old: &["/x-nullable"],
        new: &[""],
        reversed: &["parameter-nullable-on"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static NULL_ON: Check = Check {
    id: "parameter-nullable-on",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter takes `null`.",
    why: "Every value that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer", "x-nullable": false }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer", "x-nullable": true }"#,
        old: &["/x-nullable"],
        new: &["/x-nullable"],
        reversed: &["parameter-nullable-off"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let sides = Sides::of(pair);
    let can_be_empty = matches!(pair.new.location, ParameterLocation::Query | ParameterLocation::FormData);
    let switches = [
        ("allowEmptyValue", can_be_empty, "the empty value", &EMPTY_OFF, &EMPTY_ON),
        ("x-nullable", sides.kinds != Kinds::Different, "`null`", &NULL_OFF, &NULL_ON),
    ];
    for (key, applies, what, off, on) in switches {
        let (was, is) = (sides.old.is_true(key), sides.new.is_true(key));
        if !applies || was == is {
            continue;
        }
        let name = quoted(pair.new.name);
        let (check, message) = if is {
            (on, format!("the parameter {name} takes {what} as well"))
        } else {
            (off, format!("the parameter {name} no longer takes {what}"))
        };
        let (old, new) = sides.places(key);
        out.changed(check, old, new, message);
    }
}
