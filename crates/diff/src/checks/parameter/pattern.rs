use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::text_values::{Kinds, Sides};
use crate::view::ParameterPair;
use crate::{Out, quoted};

pub(crate) static FAMILY: Family = Family { checks: &[&ADDED, &CHANGED, &REMOVED], visits: &[Visit::Parameter(check)] };

static ADDED: Check = Check {
    id: "parameter-pattern-added",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter takes only texts of a certain pattern.",
    why: "A saved step may hold a text that does not fit it.",
    instead: "keep taking any text, and demand the pattern in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "string" }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "string", "pattern": "^a" }"#,
        old: &[""],
        new: &["/pattern"],
        reversed: &["parameter-pattern-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static CHANGED: Check = Check {
    id: "parameter-pattern-changed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "A parameter takes texts of another pattern.",
    why: "No machine can say in general whether every text that fitted the old pattern fits the new one.",
    instead: "make sure that the new pattern takes whatever the old one took",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "string", "pattern": "^a" }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "string", "pattern": "^b" }"#,
        old: &["/pattern"],
        new: &["/pattern"],
        reversed: &["parameter-pattern-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "parameter-pattern-removed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter no longer demands a pattern.",
    why: "Every text that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "string", "pattern": "^a" }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "string" }"#,
        old: &["/pattern"],
        new: &[""],
        reversed: &["parameter-pattern-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let sides = Sides::of(pair);
    if sides.kinds == Kinds::Different {
        return;
    }
    let name = quoted(pair.new.name);
    let (check, message) = match (sides.old.text("pattern"), sides.new.text("pattern")) {
        (None, Some(new)) => (&ADDED, format!("the parameter {name} must fit the pattern {} now", quoted(new))),
        (Some(_), None) => (&REMOVED, format!("the parameter {name} need not fit a pattern any more")),
        (Some(old), Some(new)) if old != new => {
            (&CHANGED, format!("the parameter {name} must fit the pattern {} now, not {}", quoted(new), quoted(old)))
        }
        _ => return,
    };
    let (old, new) = sides.places("pattern");
    out.changed(check, old, new, message);
}
