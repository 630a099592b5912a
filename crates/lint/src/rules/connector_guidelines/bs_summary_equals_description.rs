use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::texts::same;
use crate::view::{Context, Operation, Parameter};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-SummaryEqualsDescription",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector string guidance"),
    what: "An operation's `summary`, or a parameter's `x-ms-summary`, says the same as its `description`; letter \
           case, white space around them and a full stop at the end are ignored.",
    why: "The description is there to say what the summary has no room for; the same words twice help nobody who \
           did not understand them once.",
    fix: "say in the description what the summary leaves open",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "summary": "Get an item", "description": "Get an Item. " } } } }
                                                                           ^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "query", "name": "q", "x-ms-summary": "Id", "description": "id" } } }
                                                                                          ^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "summary": "Get an item", "description": "Gets an item." }, "put": { "summary": "", "description": "" } } } }
"#,
    )],
    visits: &[Visit::Operation(operation), Visit::Parameter(parameter)],
};

fn operation(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    check(operation.node, "summary", out);
}

fn parameter(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    check(parameter.node, "x-ms-summary", out);
}

fn check(holder: Node<'_>, summary: &str, out: &mut Out<'_>) {
    let Some(description) = holder.get("description") else { return };
    let (Some(short), Some(long)) = (holder.get(summary).and_then(Node::as_str), description.as_str()) else { return };
    let (short, long) = (core(short), core(long));
    if !long.is_empty() && same(short, long) {
        out.at(description, format!("the description only repeats the {summary}"));
    }
}

/// What a text says, without what may stand around it.
fn core(text: &str) -> &str {
    let text = text.trim();
    text.strip_suffix('.').unwrap_or(text).trim_end()
}
