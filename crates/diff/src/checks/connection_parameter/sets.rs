use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::connections::{self, Plain};
use crate::pairing::Pairing;
use crate::view::PackagePair;
use crate::{Out, quoted};
use backshell_package::ParameterSet;

pub(crate) static FAMILY: Family =
    Family { checks: &[&REMOVED, &ADDED, &SINGLE_TO_SETS], visits: &[Visit::Package(check)] };

static REMOVED: Check = Check {
    id: "connection-set-removed",
    object: Object::ConnectionParameter,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "An entry of `connectionParameterSets` is gone, or has another name.",
    why: "Connections made with it belong to no set any more.",
    instead: "keep the entry under its name; what users see is `uiDefinition.displayName`",
    examples: &[
        Example {
            snippet: Snippet::Properties,
            before: r#"{ "properties": { "connectionParameterSets": { "values": [{ "name": "a", "parameters": {} }, { "name": "b", "parameters": {} }] } } }"#,
            after: r#"{ "properties": { "connectionParameterSets": { "values": [{ "name": "b", "parameters": {} }] } } }"#,
            old: &["/properties/connectionParameterSets/values/0"],
            reversed: &["connection-set-added"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Properties,
            before: r#"{ "properties": { "connectionParameterSets": { "values": [{ "name": "a", "parameters": { "x": { "type": "string" } } }] } } }"#,
            after: r#"{ "properties": { "connectionParameterSets": { "values": [{ "name": "b", "parameters": { "x": { "type": "string" } } }] } } }"#,
            old: &["/properties/connectionParameterSets/values/0"],
            new: &["/properties/connectionParameterSets/values/0"],
            reversed: &["connection-set-removed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static ADDED: Check = Check {
    id: "connection-set-added",
    object: Object::ConnectionParameter,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "There is another entry of `connectionParameterSets`.",
    why: "Users may choose it; connections made before stay with theirs.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Properties,
        before: r#"{ "properties": { "connectionParameterSets": { "values": [{ "name": "a", "parameters": {} }] } } }"#,
        after: r#"{ "properties": { "connectionParameterSets": { "values": [{ "name": "a", "parameters": {} }, { "name": "b", "parameters": {} }] } } }"#,
        new: &["/properties/connectionParameterSets/values/1"],
        reversed: &["connection-set-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static SINGLE_TO_SETS: Check = Check {
    id: "connection-single-to-sets",
    object: Object::ConnectionParameter,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "Sets take the place of `connectionParameters`, and no set has all the old parameters under their names.",
    why: "Connections made before match none of the sets.",
    instead: "put the old parameters, under their names, into the first set, or keep `connectionParameters` beside the sets",
    examples: &[Example {
        snippet: Snippet::Properties,
        before: r#"{ "properties": { "connectionParameters": { "tenant": { "type": "string" } } } }"#,
        after: r#"{ "properties": { "connectionParameterSets": { "values": [{ "name": "a", "parameters": { "domain": { "type": "string" } } }] } } }"#,
        old: &["/properties/connectionParameters"],
        new: &["/properties/connectionParameterSets"],
        also: &[],
        reversed: &["connection-set-removed"],
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let Some(properties) = &package.properties else { return };
    let mut sets = Pairing {
        removed: properties.removed_sets.clone(),
        added: properties.added_sets.clone(),
        ..Pairing::default()
    };
    sets.rename_equal(same_parameters);
    let place = |name: &str| format!("connection/{name}");
    for (old, new) in &sets.renamed {
        let message =
            format!("the set of connection parameters {} is called {} now", quoted(old.name), quoted(new.name));
        out.changed(&REMOVED, old.node, new.node, message).at(place(old.name)).values(old.name, new.name);
    }
    for old in &sets.removed {
        let message = format!("the set of connection parameters {} is gone", quoted(old.name));
        out.removed(&REMOVED, old.node, message).at(place(old.name));
    }
    let plain = connections::plain(properties);
    let moved = if let Plain::Moved(set) = &plain { Some(set.node) } else { None };
    let is_lost = matches!(plain, Plain::Lost);
    for new in sets.added.iter().filter(|set| Some(set.node) != moved && !is_lost) {
        let message = format!("there is a set of connection parameters {} now", quoted(new.name));
        out.added(&ADDED, new.node, message).at(place(new.name));
    }
    // Where more changes, the other checks tell it.
    let is_all = |set: &ParameterSet<'d>| {
        let old = properties.old.get("connectionParameters");
        let new = set.node.get_ignore_case("parameters");
        sets.added.len() == 1 && old.zip(new).is_some_and(|(old, new)| old.json_eq(new))
    };
    if let Plain::Moved(set) = &plain
        && is_all(set)
    {
        let message = format!("the connection parameters stand in the set {} now", quoted(set.name));
        out.added(&ADDED, set.node, message).at(place(set.name));
    }
    if let (Plain::Lost, Some(old), Some(new)) =
        (&plain, properties.old.get("connectionParameters"), properties.new.get("connectionParameterSets"))
    {
        let message = "sets replace the connection parameters, and none of them has all the old parameters";
        out.changed(&SINGLE_TO_SETS, old, new, message).at("connection");
    }
}

/// Whether two sets take the same parameters; a set without parameters is like no other.
fn same_parameters(one: &ParameterSet<'_>, two: &ParameterSet<'_>) -> bool {
    let (one, two) = (one.node.get_ignore_case("parameters"), two.node.get_ignore_case("parameters"));
    one.zip(two).is_some_and(|(one, two)| !one.is_empty() && one.json_eq(two))
}
