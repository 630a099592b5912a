use crate::Out;
use crate::metadata;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-CategorySeparator",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The entry `Categories` of `x-ms-connector-metadata` holds a comma, or ends with a semicolon (white space \
           behind it ignored).",
    why: "Categories are separated by semicolons: with a comma, two names are read as one that does not exist; \
           behind the last semicolon stands an empty one.",
    fix: "separate the categories by semicolons, with none at the end",
    bad: &[
        Example::Definition(
            r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Categories", "propertyValue": "Finance,Data" }] }
                                                                               ^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-connector-metadata": [{ "propertyName": "categories ", "propertyValue": "Finance; " }] }
                                                                                ^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Categories", "propertyValue": "Finance;Data" }, { "propertyName": "Website", "propertyValue": "https://contoso.com/a,b;" }] }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for node in metadata::values(context, "Categories") {
        let Some(value) = node.as_str() else { continue };
        if value.contains(',') {
            out.at(node, "a comma separates no categories");
        } else if value.trim_end().ends_with(';') {
            out.at(node, "nothing stands behind the last semicolon");
        }
    }
}
