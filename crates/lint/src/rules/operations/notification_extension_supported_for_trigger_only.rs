use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "NotificationExtensionSupportedForTriggerOnly",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`x-ms-notification` stands on an operation without `x-ms-trigger`.",
    why: "Only a trigger waits for events; on an action the extension does nothing.",
    fix: "add x-ms-trigger, or remove x-ms-notification",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "x-ms-notification": { "operationId": "OnItem" } } } } }
                                  ^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "x-ms-trigger": "batch", "x-ms-notification": { "operationId": "OnItem" } },
    "post": { "x-ms-notification-content": {} } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    if let Some(extension) = operation.node.get("x-ms-notification").filter(|_| !operation.is_trigger()) {
        out.at_key(extension, "the operation is no trigger");
    }
}
