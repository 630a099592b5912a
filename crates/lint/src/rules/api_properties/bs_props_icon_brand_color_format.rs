use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsIconBrandColorFormat",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "`iconBrandColor` is absent, or is not `#` and six hexadecimal digits.",
    why: "Clients draw the connector's icon on this colour, and refuse a package without it.",
    fix: "write the colour as \"#da3b01\"",
    bad: &[
        Example::Properties(
            r#"
{ "properties": { "iconBrandColor": "red" } }
                                    ^^^^^
"#,
        ),
        Example::Properties(
            r#"
{ "properties": {} }
  ^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Properties(
        r##"
{ "properties": { "iconBrandColor": "#DA3B01" } }
"##,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let Some(properties) = file.properties.node() else { return };
    let is_color = |text: &str| {
        text.strip_prefix('#')
            .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    };
    match properties.get("iconBrandColor") {
        None => out.at(properties, "there is no iconBrandColor"),
        Some(color) if !color.as_str().is_some_and(is_color) => out.at(color, "the iconBrandColor is no colour"),
        Some(_) => {}
    }
}
