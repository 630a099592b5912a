use crate::Out;
use crate::metadata;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "ConnectorMetadataPropertiesMissing",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The list `x-ms-connector-metadata` has no entry named Website, Privacy policy or Categories, or the \
           value of that entry is blank. Letter case of the names is ignored, as Microsoft does. A list that is \
           absent altogether is a matter of RequiredPropertyMissing.",
    why: "The catalogue shows these three to everybody who decides whether to use the connector.",
    fix: "add an entry with this propertyName and a propertyValue",
    bad: &[
        Example::Definition(
            r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Website", "propertyValue": "https://contoso.com" }, { "propertyName": "Categories", "propertyValue": "Data" }] }
  ^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Website", "propertyValue": " " }, { "propertyName": "Categories", "propertyValue": "Data" },
                                                                            ^^^
    { "propertyName": "Privacy policy", "propertyValue": "https://contoso.com/privacy" }] }
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Website" }, { "propertyName": "Categories", "propertyValue": "Data" },
                              ^
    { "propertyName": "Privacy policy", "propertyValue": "https://contoso.com/privacy" }] }
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Website", "propertyValue": "https://contoso.com" }, { "propertyName": "Categories", "propertyValue": "Data" },
    { "propertyName": "Privacy Policy", "propertyValue": "https://contoso.com/privacy" }] }
"#,
        ),
        Example::Definition(
            r#"
{ "info": {} }
"#,
        ),
    ],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let Some(list) = metadata::list(context) else { return };
    for name in metadata::NAMES {
        let says_something = |value: Node<'_>| value.as_str().is_none_or(|text| !text.trim().is_empty());
        let mut named = metadata::named(context, name).peekable();
        let Some(first) = named.peek().copied() else {
            out.lacking(name).at_key(list, format!("the connector metadata has no entry for `{name}`"));
            continue;
        };
        if !named.any(|entry| entry.get("propertyValue").is_some_and(says_something)) {
            out.at(
                first.get("propertyValue").unwrap_or(first),
                format!("the connector metadata leaves `{name}` blank"),
            );
        }
    }
}
