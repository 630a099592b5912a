use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::facets::{joined, shown};
use crate::shape::Shape;
use crate::text_values::{Kinds, Sides, spelling};
use crate::view::ParameterPair;
use crate::{Out, quoted};
use backshell_source::Node;
use std::collections::BTreeSet;

pub(crate) static FAMILY: Family = Family {
    checks: &[&APPEARED, &DROPPED, &REMOVED, &ADDED, &OPENED, &REORDERED],
    visits: &[Visit::Parameter(check)],
};

static APPEARED: Check = Check {
    id: "parameter-enum-added-to-free-value",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter that took any value takes listed ones only.",
    why: "A saved step may hold a value that is not in the list.",
    instead: "offer the values with `x-ms-dynamic-values`, so that others stay possible",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "state", "in": "query", "type": "string" }"#,
        after: r#"{ "name": "state", "in": "query", "type": "string", "enum": ["open", "closed"] }"#,
        old: &[""],
        new: &["/enum"],
        reversed: &["parameter-enum-dropped"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static DROPPED: Check = Check {
    id: "parameter-enum-dropped",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter that took listed values takes any.",
    why: "Every value that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "state", "in": "query", "type": "string", "enum": ["open", "closed"] }"#,
        after: r#"{ "name": "state", "in": "query", "type": "string" }"#,
        old: &["/enum"],
        new: &[""],
        reversed: &["parameter-enum-added-to-free-value"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "parameter-enum-value-removed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter no longer takes a value that was in its list.",
    why: "Steps that were saved with the value are turned away.",
    instead: "keep taking the value, and say in its text that it is old",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "state", "in": "query", "type": "string", "enum": ["open", "closed"] }"#,
            after: r#"{ "name": "state", "in": "query", "type": "string", "enum": ["open"] }"#,
            old: &["/enum"],
            new: &["/enum"],
            reversed: &["parameter-enum-single-value-opened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "state", "in": "query", "type": "string", "enum": ["open", "closed"] }"#,
            after: r#"{ "name": "state", "in": "query", "type": "string", "enum": ["open", "done"] }"#,
            old: &["/enum"],
            new: &["/enum"],
            also: &["parameter-enum-value-added"],
            reversed: &["parameter-enum-value-removed", "parameter-enum-value-added"],
        },
    ],
    ..Check::BASE
};

static ADDED: Check = Check {
    id: "parameter-enum-value-added",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter takes another value beside the several in its list.",
    why: "Every value that was taken still is.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "state", "in": "query", "type": "string", "enum": ["open", "closed"] }"#,
        after: r#"{ "name": "state", "in": "query", "type": "string", "enum": ["open", "closed", "done"] }"#,
        old: &["/enum"],
        new: &["/enum"],
        reversed: &["parameter-enum-value-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static OPENED: Check = Check {
    id: "parameter-enum-single-value-opened",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "A parameter that took one value, and so was a constant, takes others too.",
    why: "A constant is often hidden and filled in by the client, which now has a choice to make.",
    instead: "keep the constant, and take the other values in a new parameter that may be left out",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "state", "in": "query", "type": "string", "enum": ["open"] }"#,
        after: r#"{ "name": "state", "in": "query", "type": "string", "enum": ["open", "closed"] }"#,
        old: &["/enum"],
        new: &["/enum"],
        reversed: &["parameter-enum-value-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REORDERED: Check = Check {
    id: "parameter-enum-reordered",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "The values that a parameter takes are listed in another order.",
    why: "The list is a set.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "state", "in": "query", "type": "string", "enum": ["open", "closed"] }"#,
        after: r#"{ "name": "state", "in": "query", "type": "string", "enum": ["closed", "open"] }"#,
        old: &["/enum"],
        new: &["/enum"],
        reversed: &["parameter-enum-reordered"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let sides = Sides::of(pair);
    if sides.kinds == Kinds::Different {
        return;
    }
    let (old_place, new_place) = sides.places("enum");
    let name = quoted(pair.new.name);
    let (old, new) = match (List::of(&sides.old), List::of(&sides.new)) {
        (None, None) => return,
        (None, Some(new)) => {
            let message = format!("the parameter {name} takes listed values only: {}", shown(&new.values));
            out.changed(&APPEARED, old_place, new_place, message);
            return;
        }
        (Some(_), None) => {
            out.changed(&DROPPED, old_place, new_place, format!("the parameter {name} takes any value now"));
            return;
        }
        (Some(old), Some(new)) => (old, new),
    };
    let (gone, come) = (old.beyond(&new), new.beyond(&old));
    if gone.is_empty() && come.is_empty() && old.spellings != new.spellings {
        let message = format!("the values of the parameter {name} are listed in another order");
        out.changed(&REORDERED, old_place, new_place, message);
    }
    if !gone.is_empty() {
        let message = format!("the parameter {name} no longer takes {}", shown(&gone));
        out.changed(&REMOVED, old_place, new_place, message).values(joined(&gone), "");
    }
    if !come.is_empty() {
        let is_opened = gone.is_empty() && old.values.len() == 1;
        let check = if is_opened { &OPENED } else { &ADDED };
        let message = format!("the parameter {name} takes {} as well", shown(&come));
        out.changed(check, old_place, new_place, message).values("", joined(&come));
    }
}

/// The listed values, each once.
struct List<'d> {
    values: Vec<Node<'d>>,
    spellings: Vec<String>,
}

impl<'d> List<'d> {
    /// `None` where any value is taken.
    fn of(shape: &Shape<'d>) -> Option<Self> {
        let mut seen = BTreeSet::new();
        let values = shape.enum_values()?.into_iter();
        let distinct = values.map(|value| (value, spelling(value))).filter(|(_, text)| seen.insert(text.clone()));
        let (values, spellings): (Vec<_>, Vec<_>) = distinct.unzip();
        (!values.is_empty()).then_some(Self { values, spellings })
    }

    /// The values that the other list does not have.
    fn beyond(&self, other: &Self) -> Vec<Node<'d>> {
        let known: BTreeSet<&str> = other.spellings.iter().map(String::as_str).collect();
        let values = self.values.iter().zip(&self.spellings);
        values.filter(|(_, text)| !known.contains(text.as_str())).map(|(value, _)| *value).collect()
    }
}
