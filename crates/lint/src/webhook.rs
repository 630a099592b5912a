//! Triggers that are notified: which operations they are, and where in their inputs the address of the callback goes.

use crate::dynamic::children;
use crate::view::{Context, Operation};
use backshell_source::Node;
use std::collections::HashSet;

impl<'d> Operation<'d> {
    /// Whether it is a trigger.
    pub(crate) fn is_trigger(&self) -> bool {
        self.node.get("x-ms-trigger").is_some()
    }

    /// `x-ms-notification-content`, on the path item or, where it does not belong, on the operation.
    pub(crate) fn notification_content(&self) -> Option<Node<'d>> {
        const NAME: &str = "x-ms-notification-content";
        self.node.parent().and_then(|path| path.get(NAME)).or_else(|| self.node.get(NAME))
    }

    /// Whether one of its inputs takes the address of the callback.
    pub(crate) fn takes_notification_url(&self, context: &Context<'d>) -> bool {
        let marks = &context.leads().notification_url;
        let mut candidates = self.parameters.iter().filter(|parameter| marks.contains(parameter.node));
        candidates.any(|parameter| is_notification_url(parameter.node)) || self.takes_notification_url_in_body(context)
    }

    /// Whether its body takes the address of the callback.
    pub(crate) fn takes_notification_url_in_body(&self, context: &Context<'d>) -> bool {
        let marks = &context.leads().notification_url;
        let bodies = self.parameters.iter().filter(|body| body.location == "body" && marks.contains(body.node));
        let mut schemas = bodies.filter_map(|body| body.node.get("schema"));
        schemas.any(|schema| leads_to_notification_url(context, schema))
    }

    /// Whether it is a trigger that a service notifies.
    pub(crate) fn is_webhook(&self, context: &Context<'d>) -> bool {
        self.is_trigger() && (self.notification_content().is_some() || self.takes_notification_url(context))
    }
}

/// Whether something is marked as the place of the callback's address.
pub(crate) fn is_notification_url(node: Node<'_>) -> bool {
    node.get("x-ms-notification-url").and_then(Node::as_bool) == Some(true)
}

fn leads_to_notification_url<'d>(context: &Context<'d>, root: Node<'d>) -> bool {
    let marks = &context.leads().notification_url;
    let mut waiting = vec![root];
    let mut seen = HashSet::new();
    while let Some(written) = waiting.pop() {
        let Some(schema) = context.schema(written) else { continue };
        if !marks.contains(schema) || !seen.insert(schema.id()) {
            continue;
        }
        if is_notification_url(schema) {
            return true;
        }
        waiting.extend(children(schema).filter(|child| marks.contains(*child)));
    }
    false
}
