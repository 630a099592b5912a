use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use crate::text_values::spelling;
use crate::view::ParameterPair;
use crate::{Out, quoted};
use backshell_source::Node;
use std::collections::BTreeMap;

const ENTRIES: &str = "x-ms-enum-values";

pub(crate) static FAMILY: Family =
    Family { checks: &[&DISPLAY, &MAPPING], visits: &[Visit::Parameter(check), Visit::Schema(check_schema)] };

static DISPLAY: Check = Check {
    id: "parameter-enum-display-changed",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "The values that makers choose from are shown under other names.",
    why: "The values are the same.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "state", "in": "query", "type": "integer", "enum": [1, 2], "x-ms-enum-values": [{"value": 1, "displayName": "Open"}, {"value": 2, "displayName": "Closed"}] }"#,
            after: r#"{ "name": "state", "in": "query", "type": "integer", "enum": [1, 2], "x-ms-enum-values": [{"value": 1, "displayName": "Open"}, {"value": 2, "displayName": "Done"}] }"#,
            old: &["/x-ms-enum-values"],
            new: &["/x-ms-enum-values"],
            reversed: &["parameter-enum-display-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "state", "in": "query", "type": "integer", "enum": [1, 2] }"#,
            after: r#"{ "name": "state", "in": "query", "type": "integer", "enum": [1, 2], "x-ms-enum-values": [{"value": 1, "displayName": "Open"}, {"value": 2, "displayName": "Closed"}] }"#,
            old: &[""],
            new: &["/x-ms-enum-values"],
            reversed: &["parameter-enum-display-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static MAPPING: Check = Check {
    id: "parameter-enum-value-mapping-changed",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A name that makers choose stands for another value.",
    why: "Whoever chooses the name sends something else than those who chose it before.",
    instead: "give the other value a name of its own",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "state", "in": "query", "type": "integer", "enum": [1, 2], "x-ms-enum-values": [{"value": 1, "displayName": "Open"}, {"value": 2, "displayName": "Closed"}] }"#,
        after: r#"{ "name": "state", "in": "query", "type": "integer", "enum": [1, 2], "x-ms-enum-values": [{"value": 2, "displayName": "Open"}, {"value": 1, "displayName": "Closed"}] }"#,
        old: &["/x-ms-enum-values"],
        new: &["/x-ms-enum-values"],
        reversed: &["parameter-enum-value-mapping-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    compare(&Shape::of(pair.old.node), &Shape::of(pair.new.node), out);
}

/// Properties of bodies, and items.
fn check_schema<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if pair.is_request() && !pair.is_read_only() {
        compare(&pair.old, &pair.new, out);
    }
}

fn compare<'d>(old: &Shape<'d>, new: &Shape<'d>, out: &mut Out<'_, 'd>) {
    let place = |shape: &Shape<'d>| shape.get(ENTRIES).unwrap_or_else(|| shape.node());
    let (old_list, new_list) = (names(old), names(new));
    let new_values: BTreeMap<&str, &str> =
        new_list.iter().map(|(value, name)| (name.as_str(), value.as_str())).collect();
    let remapped: Vec<&(String, String)> = old_list
        .iter()
        .filter(|(value, name)| new_values.get(name.as_str()).is_some_and(|other| other != value))
        .collect();
    if let Some((value, name)) = remapped.first() {
        let other = new_values.get(name.as_str()).copied().unwrap_or_default();
        let message = format!("the name {} stands for {} now, not for {}", quoted(name), quoted(other), quoted(value));
        let all = remapped.iter().map(|(value, name)| format!("{name}={value}")).collect::<Vec<_>>();
        out.changed(&MAPPING, place(old), place(new), message).values(all.join("\u{1}"), "");
        return;
    }
    let new_names: BTreeMap<&str, &str> =
        new_list.iter().map(|(value, name)| (value.as_str(), name.as_str())).collect();
    let is_renamed =
        old_list.iter().any(|(value, name)| new_names.get(value.as_str()).is_some_and(|other| other != name));
    if is_renamed || old_list.is_empty() != new_list.is_empty() {
        out.changed(&DISPLAY, place(old), place(new), "values are shown to makers under other names");
    }
}

/// Each value and the name that makers see.
fn names(shape: &Shape<'_>) -> Vec<(String, String)> {
    let entries = shape.get(ENTRIES).into_iter().flat_map(Node::items);
    let named = entries.filter_map(|entry| {
        let value = spelling(entry.get("value")?);
        let name = entry.get("displayName").and_then(Node::as_str).map_or_else(|| value.clone(), str::to_owned);
        Some((value, name))
    });
    named.collect()
}
