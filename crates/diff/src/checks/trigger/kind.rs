use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::OperationPair;
use crate::{Out, webhook};
use backshell_source::Node;

pub(crate) static FAMILY: Family =
    Family { checks: &[&TO_TRIGGER, &TO_ACTION, &KIND, &POLLING], visits: &[Visit::Operation(check)] };

static TO_TRIGGER: Check = Check {
    id: "operation-kind-action-to-trigger",
    object: Object::Trigger,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "An action has become a trigger.",
    why: "A step that was saved as an action has no action any more.",
    instead: "keep the action, and offer the trigger as a new operation",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "deprecated": false }"#,
        after: r#"{ "x-ms-trigger": "single" }"#,
        old: &[""],
        new: &["/x-ms-trigger"],
        reversed: &["trigger-to-action"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static TO_ACTION: Check = Check {
    id: "trigger-to-action",
    object: Object::Trigger,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "A trigger has become an action.",
    why: "Flows that start with it have nothing that starts them.",
    instead: "keep the trigger, and offer the action as a new operation",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "x-ms-trigger": "batch" }"#,
        after: r#"{ "deprecated": false }"#,
        old: &["/x-ms-trigger"],
        new: &[""],
        reversed: &["operation-kind-action-to-trigger"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static KIND: Check = Check {
    id: "trigger-kind-changed",
    object: Object::Trigger,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "A trigger that gave one event at a time gives several, or the reverse.",
    why: "Flows begin to loop over what they receive, or stop doing so.",
    instead: "keep the trigger, and offer the other one as a new operation",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "x-ms-trigger": "single" }"#,
        after: r#"{ "x-ms-trigger": "batch" }"#,
        old: &["/x-ms-trigger"],
        new: &["/x-ms-trigger"],
        reversed: &["trigger-kind-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static POLLING: Check = Check {
    id: "trigger-polling-to-webhook",
    object: Object::Trigger,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "A trigger that was asked for news is told of them by callback, or the reverse.",
    why: "Live registrations and intervals are not carried over: running flows stop to be started.",
    instead: "keep the trigger, and offer the other one as a new operation",
    examples: &[
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/hooks": {"post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}} }"#,
            after: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}} }"#,
            old: &["/~1hooks/post"],
            new: &["/~1hooks/post/parameters/0/schema/properties/a/x-ms-notification-url"],
            reversed: &["trigger-polling-to-webhook"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/hooks": {"post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}} }"#,
            after: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}} }"#,
            old: &["/~1hooks/post"],
            new: &["/~1hooks/x-ms-notification-content"],
            reversed: &["trigger-polling-to-webhook"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.node(), pair.new.node());
    let place = |operation: Node<'d>| operation.get("x-ms-trigger").unwrap_or(operation);
    let (check, message) = match (pair.old.trigger(), pair.new.trigger()) {
        (None, None) => return,
        (None, Some(_)) => (&TO_TRIGGER, "the action is a trigger now"),
        (Some(_), None) => (&TO_ACTION, "the trigger is an action now"),
        (Some(one), Some(two)) => {
            let (was, is) = (webhook::sign(&pair.old), webhook::sign(&pair.new));
            if was.is_some() != is.is_some() {
                let how = if is.is_some() { "called back now, not polled" } else { "polled now, not called back" };
                let message = format!("the trigger is {how}");
                out.changed(&POLLING, was.unwrap_or(old), is.unwrap_or(new), message).at("x-ms-trigger");
            }
            if one == two {
                return;
            }
            (&KIND, "the trigger gives another number of events at a time")
        }
    };
    out.changed(check, place(old), place(new), message);
}
