use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::facets::value_text;
use crate::text_values::{Kinds, Sides, spelling};
use crate::view::ParameterPair;
use crate::{Out, quoted};

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED, &ADDED, &REMOVED], visits: &[Visit::Parameter(check)] };

static CHANGED: Check = Check {
    id: "parameter-default-changed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "What a parameter means when it is left out is something else.",
    why: "Steps that leave it out silently do something else.",
    instead: "keep the default, and take the other one in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer", "default": 10 }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer", "default": 20 }"#,
        old: &["/default"],
        new: &["/default"],
        reversed: &["parameter-default-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static ADDED: Check = Check {
    id: "parameter-default-added",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter that may be left out gets a default.",
    why: "Leaving it out used to mean no value, and now means this one.",
    instead: "describe the value that the service assumes in the text of the parameter",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer", "default": 10 }"#,
        old: &[""],
        new: &["/default"],
        reversed: &["parameter-default-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "parameter-default-removed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The default of a parameter is gone.",
    why: "Leaving it out means something else; and where it is hidden and must be given nothing fills it in any more.",
    instead: "keep the default",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "default": 10 }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
            old: &["/default"],
            new: &[""],
            reversed: &["parameter-default-added"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "required": true, "default": 10 }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "required": true }"#,
            old: &["/default"],
            new: &[""],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let sides = Sides::of(pair);
    if sides.kinds == Kinds::Different {
        return;
    }
    let name = quoted(pair.new.name);
    let (check, message) = match (pair.old.default(), pair.new.default()) {
        (Some(old), Some(new)) if !old.json_eq(new) && spelling(old) != spelling(new) => {
            let (old, new) = (value_text(old), value_text(new));
            (&CHANGED, format!("the default of the parameter {name} is {new} now, not {old}"))
        }
        // What must be given, or had to be, is never left out by a saved call.
        (None, Some(new)) if !pair.old.required && !pair.new.required => {
            (&ADDED, format!("the parameter {name} has a default now: {}", value_text(new)))
        }
        (Some(old), None) => {
            (&REMOVED, format!("the parameter {name} has no default any more; it was {}", value_text(old)))
        }
        _ => return,
    };
    let (old, new) = sides.places("default");
    out.changed(check, old, new, message);
}
