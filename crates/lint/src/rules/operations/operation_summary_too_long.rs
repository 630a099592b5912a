use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationSummaryTooLong",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `summary` of an operation has 120 characters or more.",
    why: "The summary is the name of the operation in lists, where a sentence that long is cut.",
    fix: "shorten the summary, and put the rest into the description",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "summary": "List the items that were changed since the last call and that belong to the user who is signed in or to one of the groups" } } } }
                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "summary": "List the items that were changed since the last call and that belong to the user who is signed in or to one of a group" } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

/// The first length that is too long.
const TOO_LONG: usize = 120;

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(summary) = operation.node.get("summary") else { return };
    let length = summary.as_str().map_or(0, |text| text.chars().count());
    if length >= TOO_LONG {
        out.at(summary, format!("the summary has {length} characters; fewer than {TOO_LONG} are allowed"));
    }
}
