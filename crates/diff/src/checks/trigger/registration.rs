use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::shape::Shape;
use crate::view::{Operation, OperationPair, PackagePair};
use crate::webhook::{self, Webhooks};
use crate::{Out, quoted};
use backshell_package::{Method, ParameterLocation, Response, Visibility};
use backshell_source::Node;
use std::collections::HashMap;
use std::rc::Rc;

/// What a registration is often known by, letter case and marks left out.
const NAMES: [&str; 4] = ["id", "webhookid", "hookid", "subscriptionid"];

pub(crate) static FAMILY: Family = Family {
    checks: &[&UNREGISTERING, &SUBSCRIPTION],
    visits: &[Visit::Package(check_package), Visit::Operation(check_answer)],
};

static UNREGISTERING: Check = Check {
    id: "trigger-unsubscribe-removed",
    object: Object::Trigger,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "The operation that unregisters a webhook is gone, or can no longer be told from others.",
    why: "Flows that are switched off stay registered, and data is sent to them for ever.",
    instead: "keep the operation that unregisters, at or below the path of the webhook or hidden from makers",
    examples: &[
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}}, "/hooks/{id}": {"delete": {"operationId": "Unregister", "x-ms-visibility": "internal", "parameters": [{"name": "id", "in": "path", "type": "string", "required": true}], "responses": {"200": {"description": ""}}}} }"#,
            after: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}} }"#,
            old: &["/~1hooks~1{id}/delete"],
            new: &[],
            also: &[],
            reversed: &["operation-added"],
        },
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}}, "/registrations/{id}": {"delete": {"operationId": "Unregister", "x-ms-visibility": "internal", "parameters": [{"name": "id", "in": "path", "type": "string", "required": true}], "responses": {"200": {"description": ""}}}} }"#,
            after: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}} }"#,
            old: &["/~1registrations~1{id}/delete"],
            new: &[],
            also: &[],
            reversed: &["operation-added"],
        },
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}}, "/hooks/{id}": {"delete": {"operationId": "Unregister", "parameters": [{"name": "id", "in": "path", "type": "string", "required": true}], "responses": {"200": {"description": ""}}}} }"#,
            after: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}}, "/registrations/{id}": {"delete": {"operationId": "Unregister", "parameters": [{"name": "id", "in": "path", "type": "string", "required": true}], "responses": {"200": {"description": ""}}}} }"#,
            old: &["/~1hooks~1{id}/delete"],
            new: &["/~1registrations~1{id}/delete"],
            also: &["path-static-segment-changed"],
            reversed: &["path-static-segment-changed"],
        },
    ],
    ..Check::BASE
};

static SUBSCRIPTION: Check = Check {
    id: "trigger-subscription-id-moved",
    object: Object::Trigger,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "The answer to a registration no longer says what it is known by, in `Location` or in the field that it was \
           in.",
    why: "The registration cannot be named when it is to end, and so goes on.",
    instead: "keep giving the name where it was",
    examples: &[
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"201": {"description": "", "headers": {"Location": {"type": "string"}}}}}} }"#,
            after: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"201": {"description": ""}}}} }"#,
            old: &["/~1hooks/post/responses/201/headers/Location"],
            new: &["/~1hooks/post/responses/201"],
            also: &[],
            reversed: &["response-header-added"],
        },
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"201": {"description": "", "schema": {"type": "object", "properties": {"hook_id": {"type": "string"}, "state": {"type": "string"}}}}}}}, "/hooks/{hookId}": {"delete": {"operationId": "Unregister", "x-ms-visibility": "internal", "parameters": [{"name": "hookId", "in": "path", "type": "string", "required": true}], "responses": {"200": {"description": ""}}}} }"#,
            after: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"201": {"description": "", "schema": {"type": "object", "properties": {"state": {"type": "string"}}}}}}}, "/hooks/{hookId}": {"delete": {"operationId": "Unregister", "x-ms-visibility": "internal", "parameters": [{"name": "hookId", "in": "path", "type": "string", "required": true}], "responses": {"200": {"description": ""}}}} }"#,
            old: &["/~1hooks/post/responses/201/schema/properties/hook_id"],
            new: &["/~1hooks/post/responses/201"],
            also: &[],
            reversed: &["response-property-added"],
        },
    ],
    ..Check::BASE
};

fn check_package<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let is_kept = |pair: &&Rc<OperationPair<'d>>| webhook::sign(&pair.old).and(webhook::sign(&pair.new)).is_some();
    let kept: Vec<_> = package.operations.iter().filter(is_kept).collect();
    if kept.is_empty() {
        return;
    }
    let all = package.old.operations.iter().map(Rc::as_ref);
    let old = Webhooks::new(kept.iter().map(|pair| pair.old.as_ref()), all);
    let all = package.new.operations.iter().map(Rc::as_ref);
    let new = Webhooks::new(kept.iter().map(|pair| pair.new.as_ref()), all);
    for operation in package.removed.iter().filter(|operation| old.are_unregistered_by(operation)) {
        out.removed(&UNREGISTERING, operation.node(), "what unregisters webhooks is gone").of(operation);
    }
    for pair in package.operations.iter().filter(|pair| old.are_unregistered_by(&pair.old)) {
        let is_linked =
            new.are_above(&pair.new) || pair.new.visibility() == Visibility::Internal || !old.are_above(&pair.old);
        if pair.new.method() != Method::Delete || !is_linked {
            let message = "what unregisters webhooks can no longer be told from other operations";
            out.changed(&UNREGISTERING, pair.old.node(), pair.new.node(), message).of(&pair.old);
        }
    }
}

fn check_answer<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    if webhook::sign(&pair.old).and(webhook::sign(&pair.new)).is_none() {
        return;
    }
    let Some(answer) = pair.new.success_responses().next() else { return };
    let header = |operation: &Operation<'d>| operation.success_responses().find_map(location);
    match (header(&pair.old), header(&pair.new)) {
        (Some(old), None) => {
            let message = "the answer no longer has the header `Location`, which names the registration";
            out.changed(&SUBSCRIPTION, old, answer.node, message).at("responses/headers/location");
            return;
        }
        (None, None) => {}
        // Where there is the header, no field matters.
        (_, Some(_)) => return,
    }
    let Some((name, old)) = subscription(pair, out.package()) else { return };
    let mut answers = pair.new.success_responses().filter_map(Response::schema);
    if !answers.any(|schema| Shape::of(schema.node()).property(name).is_some()) {
        let message = format!("the answer no longer has {}, which names the registration", quoted(name));
        out.changed(&SUBSCRIPTION, old, answer.node, message).at(format!("responses/{name}"));
    }
}

fn location(response: Response<'_>) -> Option<Node<'_>> {
    response.headers().into_iter().find(|(name, _)| name.eq_ignore_ascii_case("location")).map(|(_, header)| header)
}

/// The field of the old answer that names the registration: called like what the unregistering operation asks for, else by a
/// usual name.
fn subscription<'d>(pair: &OperationPair<'d>, package: &PackagePair<'d>) -> Option<(&'d str, Node<'d>)> {
    let plain = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let answers = pair.old.success_responses().filter_map(Response::schema);
    let fields: HashMap<String, (&'d str, Node<'d>)> = answers
        .flat_map(|schema| Shape::of(schema.node()).properties().to_vec())
        .map(|(name, node)| (plain(name), (name, node)))
        .collect();
    if fields.is_empty() {
        return None;
    }
    let all = package.old.operations.iter().map(Rc::as_ref);
    let webhook = Webhooks::new(std::iter::once(pair.old.as_ref()), all);
    let asked = |operation: &Operation<'d>| {
        let is_named = |place| matches!(place, ParameterLocation::Path | ParameterLocation::Query);
        let parameters = operation.parameters.iter().rev().filter(move |parameter| is_named(parameter.location));
        parameters.map(|parameter| plain(parameter.name)).collect::<Vec<_>>()
    };
    let unregistering = package.old.operations.iter().filter(|operation| webhook.are_unregistered_by(operation));
    let mut names: Vec<String> = unregistering.flat_map(|operation| asked(operation)).collect();
    if names.is_empty() {
        return None;
    }
    names.extend(NAMES.map(str::to_owned));
    names.iter().find_map(|name| fields.get(name)).copied()
}
