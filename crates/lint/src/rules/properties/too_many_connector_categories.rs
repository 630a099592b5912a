use crate::Out;
use crate::metadata;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "TooManyConnectorCategories",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The connector metadata names more than two categories.",
    why: "The catalogue lists a connector under two categories at most, and picks them itself when there are more.",
    fix: "keep the two categories that fit best",
    bad: &[Example::Definition(
        r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Categories", "propertyValue": "Data;AI;Security" }] }
                                                                               ^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Categories", "propertyValue": "Data; ;AI;" }, { "propertyName": "Keywords", "propertyValue": "a;b;c" }] }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    const MOST: usize = 2;
    for value in metadata::values(context, "Categories") {
        let count = metadata::categories(value.as_str().unwrap_or_default()).count();
        if count > MOST {
            out.at(value, format!("there are {count} categories; at most {MOST} are allowed"));
        }
    }
}
