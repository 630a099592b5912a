use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "NotificationExtensionNotSupportedInWebhookOperation",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`x-ms-notification` stands on an operation that is a webhook itself: a trigger with an input for the \
           address of the callback, or with `x-ms-notification-content` on its path item.",
    why: "The extension says which other webhook the trigger relies on. A trigger that is one would be registered \
           twice, or not at all.",
    fix: "remove x-ms-notification",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "x-ms-notification-content": {}, "post": { "operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{ "in": "body", "name": "body", "schema": { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } } }],
    "x-ms-notification": { "operationId": "OnItem" } } } } }
    ^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "x-ms-notification-content": {}, "post": { "operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{ "in": "body", "name": "body", "schema": { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } } }] } },
  "/changes": { "get": { "x-ms-trigger": "batch", "x-ms-notification": { "operationId": "OnItem" } } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    if let Some(extension) = operation.node.get("x-ms-notification")
        && operation.is_webhook(context)
    {
        out.at_key(extension, "the operation is a webhook itself");
    }
}
