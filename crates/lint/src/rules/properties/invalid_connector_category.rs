use crate::metadata;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "InvalidConnectorCategory",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A category in the connector metadata is none that the catalogue has, letter for letter. Categories \
           are parted by semicolons; blanks around them are no matter.",
    why: "Nobody finds a connector under a category that does not exist.",
    fix: "use a category of the catalogue, such as Productivity",
    bad: &[Example::Definition(
        r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Categories", "propertyValue": "Data; productivity" }] }
                                                                               ^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Categories", "propertyValue": "Sales and CRM ; IT Operations;" }] }
"#,
    )],
    visits: &[Visit::Document(check)],
};

const CATEGORIES: &[&str] = &[
    "AI",
    "Business Management",
    "Business Intelligence",
    "Collaboration",
    "Commerce",
    "Communication",
    "Content and Files",
    "Finance",
    "Data",
    "Human Resources",
    "Internet of Things",
    "IT Operations",
    "Lifestyle and Entertainment",
    "Marketing",
    "Productivity",
    "Sales and CRM",
    "Security",
    "Social Media",
    "Website",
];

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for value in metadata::values(context, "Categories") {
        for category in metadata::categories(value.as_str().unwrap_or_default()) {
            if !CATEGORIES.contains(&category) {
                out.help(advice(category)).at(value, format!("{} is no category of the catalogue", quoted(category)));
            }
        }
    }
}

fn advice(category: &str) -> String {
    match CATEGORIES.iter().find(|known| known.eq_ignore_ascii_case(category)) {
        Some(known) => format!("write {known}"),
        None => format!("use one of {}", CATEGORIES.join(", ")),
    }
}
