use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastSet;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsParameterSets",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Backshell,
    what: "There are `connectionParameterSets` and also `connectionParameters` that are not empty; or the sets have no \
           entries in `values`; or a set has no `name`, or the name of an earlier one.",
    why: "With sets, a user picks one of several ways to connect, and the connection is stored under the name of the set. \
           Parameters beside the sets belong to no connection, and of two sets with one name only one can be found again.",
    fix: "put every parameter into a set, and give each set a name of its own",
    bad: &[
        Example::Properties(
            r#"
{ "properties": { "connectionParameters": { "key": { "type": "securestring" } }, "connectionParameterSets": { "values": [] } } }
                  ^^^^^^^^^^^^^^^^^^^^^^                                                                      ^^^^^^^^
"#,
        ),
        Example::Properties(
            r#"
{ "properties": { "connectionParameterSets": { "values": [
    { "name": "key" }, { "parameters": {} }, { "name": "key" }
                       ^                               ^^^^^
] } } }
"#,
        ),
    ],
    good: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": {}, "connectionParameterSets": { "values": [
    { "name": "key", "parameters": { "key": { "type": "securestring" } } }, { "name": "basic" }
] } } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let Some(sets) = file.properties.get("connectionParameterSets") else { return };
    if let Some(parameters) = file.properties.get("connectionParameters").filter(|node| !node.is_empty()) {
        out.at(parameters, "there are connection parameters beside the sets of connection parameters");
    }
    match sets.get_ignore_case("values") {
        None => out.at(sets, "there are no sets of connection parameters"),
        Some(values) if values.items().next().is_none() => out.at(values, "there are no sets of connection parameters"),
        Some(values) => names(values, out),
    }
}

fn names(values: Node<'_>, out: &mut Out<'_>) {
    let mut seen = FastSet::default();
    for set in values.items() {
        match set.get_ignore_case("name") {
            None => out.at(set, "the set of connection parameters has no name"),
            Some(node) => match node.as_str().filter(|name| !name.trim().is_empty()) {
                None => out.at(node, "the set of connection parameters has no name"),
                Some(name) if !seen.insert(name) => out.at(node, format!("there are two sets named {}", quoted(name))),
                Some(_) => {}
            },
        }
    }
}
