use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsPublisherAlphanumeric",
    group: Group::ApiProperties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "`publisher` or `stackOwner` holds a character that is no letter, no digit, no blank and none of \
           `.` `,` `&` `'` `-` `(` `)`. Letters and digits of every script count. Each of the two is reported once, for its \
           first such character.",
    why: "The names stand in lists, searches and addresses of web pages, where other signs get lost or change \
           their meaning.",
    fix: "write the name with letters, digits, blanks and . , & ' - ( ) alone",
    bad: &[Example::Properties(
        r#"
{ "properties": { "publisher": "Contoso™ / Fabrikam", "stackOwner": "contoso@example.com" } }
                               ^^^^^^^^^^^^^^^^^^^^^                ^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Properties(
        r#"
{ "properties": { "publisher": "Müller & Söhne, Inc. (O'Hara-24)", "stackOwner": "", "website": "a/b" } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let Some(properties) = file.properties.node() else { return };
    for name in ["publisher", "stackOwner"] {
        let Some(value) = properties.get(name) else { continue };
        let allowed = |character: char| character.is_alphanumeric() || " .,&'-()".contains(character);
        let text = value.as_str().unwrap_or_default();
        if let Some(other) = text.chars().find(|&character| !allowed(character)) {
            out.at(value, format!("the {name} holds the character `{}`", other.escape_debug()));
        }
    }
}
