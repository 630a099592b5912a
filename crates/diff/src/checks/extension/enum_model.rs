use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::facets::list_changes;
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use crate::view::ParameterPair;
use crate::{Out, quoted};
use backshell_source::Node;

pub(crate) static FAMILY: Family =
    Family { checks: &[&NAME_CHANGED, &CLOSED], visits: &[Visit::Schema(schema), Visit::Parameter(parameter)] };

static NAME_CHANGED: Check = Check {
    id: "enum-model-name-changed",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "What generated code calls a list of values was changed; the values were not.",
    why: "Connectors have no generated code.",
    instead: "nothing needs to be done",
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "string", "enum": ["a"], "x-ms-enum": { "name": "Kind" } } } }"#,
            after: r#"{ "properties": { "p": { "type": "string", "enum": ["a"], "x-ms-enum": { "name": "Sort" } } } }"#,
            old: &["/properties/p/x-ms-enum/name"],
            new: &["/properties/p/x-ms-enum/name"],
            reversed: &["enum-model-name-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "k", "in": "query", "type": "string", "enum": ["a"] }"#,
            after: r#"{ "name": "k", "in": "query", "type": "string", "enum": ["a"], "x-ms-enum": { "name": "Kind" } }"#,
            old: &[""],
            new: &["/x-ms-enum/name"],
            reversed: &["enum-model-name-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static CLOSED: Check = Check {
    id: "enum-model-as-string-off",
    object: Object::Extension,
    direction: Direction::Response,
    verdict: Verdict::Warning,
    what: "A list of returned values that was announced to grow is final now.",
    why: "What was prepared for unknown values is in vain, and typed clients are made for these values only.",
    instead: "leave the list open",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "properties": { "p": { "type": "string", "enum": ["a"], "x-ms-enum": { "modelAsString": true } } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "enum": ["a"], "x-ms-enum": { "modelAsString": false } } } }"#,
        old: &["/properties/p/x-ms-enum/modelAsString"],
        new: &["/properties/p/x-ms-enum/modelAsString"],
        reversed: &["enum-model-name-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

const KEY: &str = "x-ms-enum";
const OPEN: &str = "modelAsString";

fn schema<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    compare(&pair.old, &pair.new, pair.is_response(), KEY, out);
}

fn parameter<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let at = format!("parameters/{}/{}/{KEY}", pair.old.location.as_str(), pair.old.name);
    compare(&Shape::of(pair.old.node), &Shape::of(pair.new.node), false, &at, out);
}

fn compare<'d>(old: &Shape<'d>, new: &Shape<'d>, is_response: bool, at: &str, out: &mut Out<'_, 'd>) {
    let (one, two) = (old.get(KEY), new.get(KEY));
    let is_same = match (one, two) {
        (None, None) => true,
        (Some(one), Some(two)) => one.json_eq(two),
        _ => false,
    };
    let (old_values, new_values) = (old.enum_values(), new.enum_values());
    let same_values = match (&old_values, &new_values) {
        (Some(old), Some(new)) => list_changes(old, new) == (Vec::new(), Vec::new()),
        (None, None) => true,
        _ => false,
    };
    if is_same || !same_values {
        return;
    }
    let (old_place, new_place) = (one.unwrap_or(old.node()), two.unwrap_or(new.node()));
    let is_open =
        |model: Option<Node<'d>>| model.and_then(|model| model.get(OPEN)).and_then(Node::as_bool) == Some(true);
    let is_closed = is_response && is_open(one) && !is_open(two);
    if is_closed {
        let place = |model: Option<Node<'d>>, place: Node<'d>| model.and_then(|model| model.get(OPEN)).unwrap_or(place);
        let message = "the list of values is no longer announced to grow";
        out.changed(&CLOSED, place(one, old_place), place(two, new_place), message)
            .at(format!("{at}/{OPEN}"))
            .values("true", "false");
    }
    for key in entries(one, two) {
        let of = |model: Option<Node<'d>>| model.and_then(|model| model.get(key));
        let (one, two) = (of(one), of(two));
        let differs = one.is_some() != two.is_some() || one.zip(two).is_some_and(|(one, two)| !one.json_eq(two));
        if differs && !(is_closed && key == OPEN) {
            let message = format!("{} of `{KEY}` was edited", quoted(key));
            let entry = out.changed(&NAME_CHANGED, one.unwrap_or(old_place), two.unwrap_or(new_place), message);
            entry.at(format!("{at}/{key}"));
        }
    }
}

/// The keys of either object, each once.
fn entries<'d>(one: Option<Node<'d>>, two: Option<Node<'d>>) -> std::collections::BTreeSet<&'d str> {
    one.into_iter().chain(two).flat_map(Node::members).map(|member| member.key).collect()
}
