use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "NotificationOperationMustBeWebhook",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The operation that `x-ms-notification` names by its `operationId` is there and is no webhook: no \
           trigger, or a trigger with neither an input for the address of the callback nor \
           `x-ms-notification-content`. An operation that is not there is left to OperationIdNotFound.",
    why: "The trigger relies on it to hear of events, and nothing is registered that could tell it.",
    fix: "name the webhook operation that announces the events",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/changes": { "get": { "operationId": "ListItems", "x-ms-trigger": "batch",
    "x-ms-notification": { "operationId": "ListItems" } } } } }
                                          ^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "x-ms-notification-content": {}, "post": { "operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{ "in": "body", "name": "body", "schema": { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } } }] } },
  "/changes": { "get": { "x-ms-trigger": "batch", "x-ms-notification": { "operationId": "OnItem" } },
    "put": { "x-ms-trigger": "batch", "x-ms-notification": { "operationId": "None" } } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(id) = operation.node.get("x-ms-notification").and_then(|said| said.get("operationId")) else { return };
    let target = id.as_str().and_then(|text| context.operation_with_id(text));
    if target.is_some_and(|target| !target.is_webhook(context)) {
        out.at(id, "the operation that is named is no webhook");
    }
}
