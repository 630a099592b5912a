use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsPublisherMissing",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The object `properties` has no text `publisher`, or only blanks in it.",
    why: "The catalogue says under every connector who published it, and certification holds the name against \
           the register of publishers.",
    fix: "write the name of the company or person who publishes the connector into \"publisher\"",
    bad: &[
        Example::Properties(
            r#"
{ "properties": { "publisher": " " } }
                               ^^^
"#,
        ),
        Example::Properties(
            r#"
{ "properties": { "publishers": "Contoso", "stackOwner": "Contoso" } }
  ^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Properties(
        r#"
{ "properties": { "publisher": "Contoso" } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let Some(properties) = file.properties.node() else { return };
    match properties.get("publisher") {
        None => out.at(properties, "there is no publisher"),
        Some(name) if name.as_str().is_none_or(|name| name.trim().is_empty()) => {
            out.at(name, "the publisher is no name");
        }
        Some(_) => {}
    }
}
