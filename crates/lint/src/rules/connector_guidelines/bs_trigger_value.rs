use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-TriggerValue",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector extensions guide"),
    what: "The value of `x-ms-trigger` is neither `single` nor `batch`, letter for letter.",
    why: "The value says whether one call is one event or a list of them. With another word a flow starts wrongly \
           or not at all.",
    fix: "use \"single\" or \"batch\"",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "post": { "x-ms-trigger": "Single" }, "put": { "x-ms-trigger": true } } } }
                                                   ^^^^^^^^                             ^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "post": { "x-ms-trigger": "single" }, "get": { "x-ms-trigger": "batch" } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let trigger = operation.node.get("x-ms-trigger");
    if let Some(trigger) = trigger.filter(|trigger| !matches!(trigger.as_str(), Some("single" | "batch"))) {
        out.at(trigger, "it is neither `single` nor `batch`");
    }
}
