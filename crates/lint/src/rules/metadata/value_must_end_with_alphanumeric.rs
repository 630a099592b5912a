use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ValueMustEndWithAlphanumeric",
    group: Group::Metadata,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The title of the connector, the summary of an operation or an `x-ms-summary` (of an operation, parameter, \
           response, header or schema) ends with something else than a letter or a digit. A closing parenthesis that \
           closes an opened one is let through.",
    why: "These texts are labels. A full stop or a blank at the end shows in every list and form.",
    fix: "remove what stands behind the last letter or digit",
    bad: &[
        Example::Definition(
            r#"
{ "info": { "title": "Contoso." }, "paths": { "/a": { "get": { "summary": "List items:" } } } }
                     ^^^^^^^^^^                                           ^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "P": { "in": "query", "name": "p", "x-ms-summary": "Page)" } }, "definitions": { "A": { "x-ms-summary": "A " } } }
                                                                     ^^^^^^^                                              ^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "responses": { "R": { "description": "The items.", "x-ms-summary": "Items." } } }
                                                                     ^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "info": { "title": "Contoso 2", "description": "It does." }, "paths": { "/a": { "get": { "summary": "1) List items (all)", "description": "List." } } },
  "definitions": { "A": { "title": "A.", "x-ms-summary": "", "properties": { "x-ms-summary": { "x-ms-summary": "Größe", "default": "." } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for node in &context.survey().odd_endings {
        let last = node.as_str().and_then(|text| text.chars().next_back()).map(String::from);
        out.at(*node, format!("the text ends with {}", quoted(&last.unwrap_or_default())));
    }
}
