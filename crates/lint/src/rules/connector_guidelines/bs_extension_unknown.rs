use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::rules::connector_guidelines::bs_extension_misspelt::misspelt;
use crate::view::{Context, Extension};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-ExtensionUnknown",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "The name of a member begins with `x-ms`, in any letter case, and is none of the extensions that \
           connectors use. A name that is nearly one of them is left to BS-ExtensionMisspelt; extensions of others \
           (`x-` and another word) are not judged.",
    why: "Nothing reads such an extension; what its author wanted of it does not happen.",
    fix: "remove the extension, or use the one that connectors know",
    bad: &[
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "query", "name": "q", "x-ms-client-name": "query" } }, "X-MS-Paging": true }
                                                     ^^^^^^^^^^^^^^^^^^               ^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "x-ms-paths": {}, "/items": { "get": { "responses": { "x-ms-codes": {}, "200": { "schema": { "xml": { "x-ms-text": true } } } } } } } }
             ^^^^^^^^^^^^                                          ^^^^^^^^^^^^                                    ^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "parameters": { "q": { "in": "header", "name": "x-ms-request-id", "x-ms-visibilty": "internal", "x-example": 1, "x-msft": 1 } }, "definitions": { "x-ms-secret": { "properties": { "x-ms-secret": { "type": "string" } } } } }
"#,
    )],
    visits: &[Visit::Extension(check)],
};

fn check(context: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    if !extension.known && is_of_the_platform(extension.name) && misspelt(context, extension).is_none() {
        out.at_key(extension.node, format!("no connector uses the extension {}", quoted(extension.name)));
    }
}

fn is_of_the_platform(name: &str) -> bool {
    const PREFIX: &str = "x-ms";
    name.split_at_checked(PREFIX.len()).is_some_and(|(start, rest)| {
        start.eq_ignore_ascii_case(PREFIX) && !rest.starts_with(|next: char| next.is_ascii_alphanumeric())
    })
}
