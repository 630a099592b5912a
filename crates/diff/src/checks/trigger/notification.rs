use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::NotificationPair;
use crate::{Out, webhook};
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family { checks: &[&REMOVED], visits: &[Visit::Notification(check)] };

static REMOVED: Check = Check {
    id: "trigger-notification-content-removed",
    object: Object::Trigger,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "A webhook no longer says what it sends.",
    why: "All outputs of the trigger are gone.",
    instead: "keep `x-ms-notification-content`",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}} }"#,
        after: r#"{ "/hooks": {"post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}} }"#,
        old: &["/~1hooks/x-ms-notification-content"],
        new: &[],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &NotificationPair<'d>, out: &mut Out<'_, 'd>) {
    let schema = |content: Option<Node<'d>>| content?.get("schema").filter(|schema| schema.is_object());
    let Some(old) = pair.old.filter(|old| schema(Some(*old)).is_some()) else { return };
    // A trigger that is no webhook any more is another matter.
    if schema(pair.new).is_none() && webhook::sign(&pair.operation.new).is_some() {
        out.removed(&REMOVED, old, "what the webhook sends is no longer described");
    }
}
