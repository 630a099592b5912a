use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsIconBrandColorForbidden",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "`iconBrandColor` is white (`#ffffff`) or the colour that tools fill in (`#007ee5`). Letter case of the \
           digits is ignored.",
    why: "On white the icon vanishes into the page, and a colour that nobody chose makes connectors look alike.",
    fix: "choose a colour of the brand",
    bad: &[
        Example::Properties(
            r##"
{ "properties": { "iconBrandColor": "#FFFFff" } }
                                    ^^^^^^^^^
"##,
        ),
        Example::Properties(
            r##"
{ "properties": { "iconBrandColor": "#007EE5" } }
                                    ^^^^^^^^^
"##,
        ),
    ],
    good: &[Example::Properties(
        r##"
{ "properties": { "iconBrandColor": "#fffffe" } }
"##,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let Some(color) = file.properties.node().and_then(|properties| properties.get("iconBrandColor")) else { return };
    let text = color.as_str().unwrap_or_default();
    if ["#ffffff", "#007ee5"].iter().any(|forbidden| forbidden.eq_ignore_ascii_case(text)) {
        out.at(color, format!("the colour {} must not be used", quoted(text)));
    }
}
