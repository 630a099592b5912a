use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::text_values::Sides;
use crate::view::ParameterPair;
use crate::{Out, quoted};

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED, &EXPLICIT], visits: &[Visit::Parameter(check)] };

static CHANGED: Check = Check {
    id: "parameter-collectionformat-changed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The items of a parameter are joined in another way; without a word for it, by commas.",
    why: "The service would take the list that a saved step sends apart in the wrong places.",
    instead: "keep the old way, and join the items the other way in a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"} }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi" }"#,
            old: &[""],
            new: &["/collectionFormat"],
            reversed: &["parameter-collectionformat-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "ssv" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "pipes" }"#,
            old: &["/collectionFormat"],
            new: &["/collectionFormat"],
            reversed: &["parameter-collectionformat-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static EXPLICIT: Check = Check {
    id: "parameter-collectionformat-made-explicit",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "That the items of a parameter are joined by commas is written out where it went without saying, or the \
           reverse.",
    why: "The items are joined by commas either way.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"} }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "csv" }"#,
        old: &[""],
        new: &["/collectionFormat"],
        reversed: &["parameter-collectionformat-made-explicit"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let sides = Sides::of(pair);
    // Nothing is joined but lists.
    if sides.old.kind() != Some("array") || sides.new.kind() != Some("array") {
        return;
    }
    let name = quoted(pair.new.name);
    let (one, two) = (pair.old.collection_format(), pair.new.collection_format());
    let (check, message) = if one != two {
        let (one, two) = (quoted(one), quoted(two));
        (&CHANGED, format!("the items of the parameter {name} are joined as {two} now, not as {one}"))
    } else if sides.old.text("collectionFormat") != sides.new.text("collectionFormat") {
        (&EXPLICIT, format!("the items of the parameter {name} are joined as {} as before", quoted(two)))
    } else {
        return;
    };
    let (old, new) = sides.places("collectionFormat");
    out.changed(check, old, new, message);
}
