use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-SummaryCase",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector string guidance"),
    what: "The `summary` of an operation begins with a lower-case letter; or, for information only, it has more \
           than three words and every one of them begins with a capital. Words without a letter do not count. The \
           `x-ms-summary` of parameters is not judged.",
    why: "Operations of all connectors stand in one list, written like sentences: the first word with a capital, \
           the others without.",
    fix: "write the summary like a sentence: a capital at its start and in names",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "summary": "get an item" }, "put": { "summary": "Replace An Item (By Id)" } } } }
                                             ^^^^^^^^^^^^^                        ^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "summary": "Get Contoso Items" }, "put": { "summary": "Get Contoso Items 2 3" }, "post": { "summary": "Create an Item In Contoso" } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "query", "name": "q", "x-ms-summary": "the Id" } } }
"#,
        ),
    ],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(node) = operation.node.get("summary") else { return };
    let Some(text) = node.as_str() else { return };
    if text.trim_start().starts_with(char::is_lowercase) {
        out.at(node, "the summary begins with a lower-case letter");
        return;
    }
    let (mut words, mut capitals) = (0, 0);
    for first in text.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphabetic())) {
        words += 1;
        capitals += usize::from(first.is_uppercase());
    }
    if words > 3 && capitals == words {
        out.severity(Severity::Note).at(node, "every word of the summary begins with a capital");
    }
}
