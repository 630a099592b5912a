use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-TriggerSummaryForm",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector string guidance"),
    what: "The `summary` of a trigger does not begin with the word \"When\", letter case ignored. The mark \
           \"deprecated\" may stand in front. An absent or empty summary is left to other rules.",
    why: "Users read the summary as the event that starts their flow: \"When an item is created\" says that, \
           \"Item created\" or \"Get items\" may as well be an action.",
    fix: "write the summary as \"When something happens\"",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "post": { "x-ms-trigger": "single", "summary": "Whenever an item is created" } } } }
                                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "post": { "x-ms-trigger": "single", "summary": "When an item is created" },
    "put": { "x-ms-trigger": "single", "summary": "" }, "get": { "x-ms-trigger": "batch", "summary": "[DEPRECATED] When an item changes" }, "delete": { "summary": "Remove a hook" } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(summary) = operation.node.get("summary").filter(|_| operation.is_trigger()) else { return };
    let mut words = summary.as_str().unwrap_or_default().split(|character: char| !character.is_alphanumeric());
    // A deprecated operation has to say so in its summary, and most say it in front.
    let first = words.find(|word| !word.is_empty() && !word.eq_ignore_ascii_case("deprecated"));
    if first.is_some_and(|first| !first.eq_ignore_ascii_case("when")) {
        out.at(summary, "the summary of a trigger does not begin with `When`");
    }
}
