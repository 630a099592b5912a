use crate::Out;
use crate::lookups::Marks;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::usage::is_internal;
use crate::view::{Context, children};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "NotificationUrlNotInternal",
    group: Group::Webhooks,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A property marked with `\"x-ms-notification-url\": true` in the body of an operation is not \
           internal, nor is anything around it up to the body parameter.",
    why: "The address is filled in by the platform. A user who sees the field would fill it in, and send the \
           events elsewhere.",
    fix: "add \"x-ms-visibility\": \"internal\" to the property",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "post": { "parameters": [{ "in": "body", "name": "body",
    "schema": { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } }
                                ^^^^^
}] } } } }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/hooks": { "post": { "parameters": [{ "in": "body", "name": "body",
    "schema": { "properties": { "target": { "x-ms-visibility": "internal",
        "properties": { "url": { "type": "string", "x-ms-notification-url": true } } } } }
}] } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    // Most definitions have no such place.
    if context.leads().notification_url.is_empty() {
        return;
    }
    let parameters = context.operations.iter().flat_map(|operation| &operation.parameters);
    let visible = parameters.filter(|parameter| parameter.location == "body" && !is_internal(parameter.node));
    // What is internal hides everything below it, so that only what is not has to be walked: each schema once, however
    // many operations lead to it.
    let mut waiting: Vec<Node<'_>> = visible.filter_map(|body| body.node.get("schema")).collect();
    let mut seen = Marks::default();
    while let Some(written) = waiting.pop() {
        let Some(schema) = context.schema(written) else { continue };
        if is_internal(written) || is_internal(schema) || !seen.insert(schema.id()) {
            continue;
        }
        if schema.get("x-ms-notification-url").and_then(Node::as_bool) == Some(true) {
            out.at_key(schema, "users can see the place of the callback address");
        }
        waiting.extend(children(schema));
    }
}
