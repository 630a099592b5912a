use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "WebhookOperationsMissingNotificationUrlProperty",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A trigger whose method is not `get` has `x-ms-notification-content`, on its path item or on itself, and \
           no input with `\"x-ms-notification-url\": true`. Other operations of the path item are not judged, nor \
           an operation with a parameter reference that leads nowhere.",
    why: "The service is never told where to send the events, so that the trigger never fires.",
    fix: "mark the property of the body that takes the address with \"x-ms-notification-url\": true",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "x-ms-notification-content": {}, "post": { "x-ms-trigger": "single", "parameters": [
                                                          ^^^^^^
    { "in": "body", "name": "body", "schema": { "properties": { "url": { "x-ms-notification-url": false } } } }] } } } }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "x-ms-notification-content": {}, "post": { "operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{ "in": "body", "name": "body", "schema": { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } } }] },
    "get": { "x-ms-trigger": "batch" }, "delete": { "operationId": "RemoveHook" } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    if operation.is_trigger()
        && operation.method != "get"
        && operation.notification_content().is_some()
        && !operation.has_unknown_parameters
        && !operation.takes_notification_url(context)
    {
        out.at_key(operation.node, "no input of the webhook takes the address of the callback");
    }
}
