use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-WebhookDeleteMissing",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector extensions guide"),
    what: "The definition has a webhook operation (a trigger with an input for the address of the callback, or with \
           `x-ms-notification-content`) and no `delete` operation at all. Each webhook operation is reported. \
           Whether the answer of the registration leads to the right one is not looked at.",
    why: "When a flow is switched off its webhook has to be removed. Without an operation for that the service \
           goes on sending events to nobody.",
    fix: "add the delete operation that removes a webhook, and let the registration answer with its address in the \
           Location header",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "x-ms-notification-content": {}, "post": { "x-ms-trigger": "single" }, "get": {} } } }
                                                          ^^^^^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/hooks": { "x-ms-notification-content": {}, "post": { "x-ms-trigger": "single" } },
    "/hooks/{id}": { "delete": {} } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "x-ms-trigger": "batch" } } } }
"#,
        ),
    ],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    if context.operations.iter().any(|operation| operation.method == "delete") {
        return;
    }
    for operation in context.operations.iter().filter(|operation| operation.is_webhook(context)) {
        out.at_key(operation.node, "no operation removes the webhook that this one registers");
    }
}
