use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationMustHaveNotificationContentExtension",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An input of an operation takes the address of the callback (`\"x-ms-notification-url\": true`), and \
           neither the path item nor the operation has `x-ms-notification-content`.",
    why: "Without it nobody knows what the service sends to that address, and a flow cannot use any of it.",
    fix: "describe what is sent in x-ms-notification-content on the path item",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } } }] } } } }
                         ^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "x-ms-notification-content": {}, "post": { "operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{ "in": "body", "name": "body", "schema": { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } } }] } },
  "/items": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "properties": { "url": { "x-ms-notification-url": false } },
    "example": { "x-ms-notification-url": true } } }] } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    if operation.takes_notification_url(context) && operation.notification_content().is_none() {
        out.at_key(operation.node, "nothing says what is sent to the address of the callback");
    }
}
