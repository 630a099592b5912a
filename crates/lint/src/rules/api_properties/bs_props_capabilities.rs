use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsCapabilities",
    group: Group::ApiProperties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "`capabilities` is no list, or has an entry that is none of the texts `actions`, `triggers`, `gateway` and \
           `cloud`, letter for letter. An empty list is fine, and so is none.",
    why: "A word that nobody knows switches nothing on, so that a connector comes without what it was built for.",
    fix: "use actions, triggers, gateway and cloud, or leave the list empty",
    bad: &[
        Example::Properties(
            r#"
{ "properties": { "capabilities": ["Actions", "triggers", "cloud only", 1] } }
                                   ^^^^^^^^^              ^^^^^^^^^^^^  ^
"#,
        ),
        Example::Properties(
            r#"
{ "properties": { "capabilities": "actions" } }
                                  ^^^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Properties(r#"{ "properties": { "capabilities": ["actions", "triggers", "gateway", "cloud"] } }"#),
        Example::Properties(r#"{ "properties": { "capabilities": [] } }"#),
    ],
    visits: &[Visit::Properties(check)],
};

const CAPABILITIES: [&str; 4] = ["actions", "triggers", "gateway", "cloud"];

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let Some(list) = file.properties.get("capabilities") else { return };
    if !list.is_array() {
        out.at(list, "the capabilities are no list");
    }
    let unknown = |entry: &Node<'_>| !entry.as_str().is_some_and(|text| CAPABILITIES.contains(&text));
    for entry in list.items().filter(unknown) {
        let shown = quoted(entry.as_str().unwrap_or(entry.kind().as_str()));
        out.at(entry, format!("{shown} is no capability"));
    }
}
