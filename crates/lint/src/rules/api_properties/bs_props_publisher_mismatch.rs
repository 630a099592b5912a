use crate::rule::PROPERTIES;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::texts;
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::PublisherKind;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsPublisherMismatch",
    group: Group::ApiProperties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "For a verified publisher, `publisher` and `stackOwner` differ; for an independent one they are the same. \
           Where the registered name of the publisher is known, `publisher` differs from it. Letter case and white \
           space around the names are ignored. Without these facts, and where a name is missing, nothing is \
           reported.",
    why: "The two names tell users who wrote the connector and whose service it reaches: a verified publisher owns \
           the service, an independent one does not.",
    fix: "give the registered name of the publisher, and as stackOwner the owner of the service",
    bad: &[
        Example::WithFacts {
            files: &[(
                PROPERTIES,
                r#"
{ "properties": { "publisher": "Contoso", "stackOwner": "Fabrikam" } }
                                                        ^^^^^^^^^^
"#,
            )],
            publisher: None,
            publisher_kind: Some(PublisherKind::Verified),
            other_titles: &[],
        },
        Example::WithFacts {
            files: &[(
                PROPERTIES,
                r#"
{ "properties": { "publisher": "Ada Lovelace", "stackOwner": "ada lovelace " } }
                                                             ^^^^^^^^^^^^^^^
"#,
            )],
            publisher: None,
            publisher_kind: Some(PublisherKind::Independent),
            other_titles: &[],
        },
        Example::WithFacts {
            files: &[(
                PROPERTIES,
                r#"
{ "properties": { "publisher": "Contoso Inc", "stackOwner": "Contoso Inc" } }
                               ^^^^^^^^^^^^^
"#,
            )],
            publisher: Some("Contoso"),
            publisher_kind: Some(PublisherKind::Verified),
            other_titles: &[],
        },
    ],
    good: &[
        Example::WithFacts {
            files: &[(
                PROPERTIES,
                r#"
{ "properties": { "publisher": "contoso", "stackOwner": " Contoso" } }
"#,
            )],
            publisher: Some("Contoso"),
            publisher_kind: Some(PublisherKind::Verified),
            other_titles: &[],
        },
        Example::WithFacts {
            files: &[(
                PROPERTIES,
                r#"
{ "properties": { "publisher": "Ada", "stackOwner": "Contoso" } }
"#,
            )],
            publisher: None,
            publisher_kind: Some(PublisherKind::Independent),
            other_titles: &[],
        },
        Example::WithFacts {
            files: &[(
                PROPERTIES,
                r#"
{ "properties": { "publisher": "", "stackOwner": "Contoso" } }
"#,
            )],
            publisher: Some("Contoso"),
            publisher_kind: Some(PublisherKind::Verified),
            other_titles: &[],
        },
        Example::WithFacts {
            files: &[(
                PROPERTIES,
                r#"
{ "properties": { "publisher": "Contoso", "stackOwner": "Fabrikam" } }
"#,
            )],
            publisher: None,
            publisher_kind: Some(PublisherKind::Platform),
            other_titles: &[],
        },
    ],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let name = |name: &str| {
        let node = file.properties.get(name)?;
        Some((node, node.as_str().map(str::trim).filter(|text| !text.is_empty())?))
    };
    let Some((node, publisher)) = name("publisher") else { return };
    if let Some(registered) = &file.facts.publisher
        && !texts::same(registered.trim(), publisher)
    {
        out.at(node, format!("the publisher is registered as {}", quoted(registered)));
    }
    let Some((node, owner)) = name("stackOwner") else { return };
    match (file.facts.publisher_kind, texts::same(publisher, owner)) {
        (Some(PublisherKind::Verified), false) => {
            out.at(node, "a verified publisher owns the service, and the two names differ");
        }
        (Some(PublisherKind::Independent), true) => {
            out.at(node, "an independent publisher does not own the service, and the two names are the same");
        }
        _ => {}
    }
}
