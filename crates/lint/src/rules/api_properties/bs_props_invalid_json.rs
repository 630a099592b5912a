use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::rules::connector_guidelines::bs_invalid_json::{is_properties, report};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_package::Problem;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsInvalidJson",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "`apiProperties.json` is not well-formed JSON or not UTF-8, has no object `properties`, or has a \
           member beside it other than `$schema`.",
    why: "The file says how the connector signs in. What stands beside `properties` is read by nobody.",
    fix: "put everything into one object under \"properties\"",
    bad: &[
        Example::Properties(
            r#"
{ "properties": {}, "website": "https://contoso.com" }
                    ^^^^^^^^^
"#,
        ),
        Example::Properties(
            r#"
{ "connectionParameters": {} }
^ ^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Properties(
            r#"
{ "properties": {} ]
                   ^
"#,
        ),
    ],
    good: &[Example::Properties(
        r#"
{ "$schema": "https://contoso.com/schema.json", "properties": { "connectionParameters": {} } }
"#,
    )],
    visits: &[Visit::Problem(problem), Visit::Properties(structure)],
};

fn problem(problem: &Problem, out: &mut Out<'_>) {
    if is_properties(&problem.file) {
        report(problem, out);
    }
}

fn structure(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let root = file.properties.document.root();
    match root.get("properties") {
        Some(properties) if !properties.is_object() => out.at(properties, "`properties` is no object"),
        Some(_) => {}
        None => out.at(root, "the file has no object `properties`"),
    }
    for member in root.members().filter(|member| !matches!(member.key, "properties" | "$schema")) {
        out.at_key(member.value, format!("the member {} stands beside `properties`", quoted(member.key)));
    }
}
