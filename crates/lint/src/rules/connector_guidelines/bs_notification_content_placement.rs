use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-NotificationContentPlacement",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector extensions guide"),
    what: "`x-ms-notification-content` stands inside an operation instead of beside it on the path item.",
    why: "Clients look for it on the path item. Inside the operation it is passed over, and the flow gets no \
           fields to work with.",
    fix: "move x-ms-notification-content out of the operation, onto the path item",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "post": { "x-ms-trigger": "single", "x-ms-notification-content": { "schema": {} } } } } }
                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "x-ms-notification-content": { "schema": {} }, "post": { "x-ms-trigger": "single",
    "description": "x-ms-notification-content" } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    if let Some(content) = operation.node.get("x-ms-notification-content") {
        out.at_key(content, "it belongs on the path item, beside the method");
    }
}
