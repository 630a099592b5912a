use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsStackOwnerMissing",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The object `properties` has no text `stackOwner`, or only blanks in it.",
    why: "Users must be able to see whose service their data go to. The publisher need not be the one who runs \
           it.",
    fix: "write the name of the company that runs the service into \"stackOwner\"",
    bad: &[
        Example::Properties(
            r#"
{ "properties": { "stackOwner": " " } }
                                ^^^
"#,
        ),
        Example::Properties(
            r#"
{ "properties": { "stackowners": "Contoso", "publisher": "Contoso" } }
  ^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Properties(
        r#"
{ "properties": { "stackOwner": "Contoso" } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let Some(properties) = file.properties.node() else { return };
    match properties.get("stackOwner") {
        None => out.at(properties, "there is no stackOwner"),
        Some(name) if name.as_str().is_none_or(|name| name.trim().is_empty()) => {
            out.at(name, "the stackOwner is no name");
        }
        Some(_) => {}
    }
}
