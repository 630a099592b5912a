use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, Parameter};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-DescriptionPunctuation",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector string guidance"),
    what: "The `description` of an operation or parameter does not end in a full stop, an exclamation mark or a \
           question mark. White space behind the mark is ignored; descriptions of a single word are exempt.",
    why: "Descriptions are shown as sentences, one below the other; without its mark a sentence looks cut off.",
    fix: "write the description as a sentence, and end it with a full stop",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "description": "Gets an item" } } } }
                                                 ^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "query", "name": "q", "description": "The id (a number.)" } } }
                                                                    ^^^^^^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "description": "Gets an item. " }, "put": { "description": "" } } }, "parameters": { "q": { "in": "query", "name": "q", "description": " Id" } } }
"#,
    )],
    visits: &[Visit::Operation(operation), Visit::Parameter(parameter)],
};

fn operation(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    check(operation.node.get("description"), out);
}

fn parameter(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    check(parameter.node.get("description"), out);
}

fn check(description: Option<Node<'_>>, out: &mut Out<'_>) {
    let Some(node) = description else { return };
    let text = node.as_str().unwrap_or_default().trim();
    if !text.ends_with(['.', '!', '?']) && text.contains(char::is_whitespace) {
        out.at(node, "the description does not end like a sentence");
    }
}
