//! Triggers that are notified: which operations they are, and where in their inputs the address of the callback goes.

use crate::lookups::Marks;
use crate::view::{Context, Operation, children};
use backshell_model::FastMap;
use backshell_source::Node;

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
        self.marked_bodies(context).any(|schema| context.callbacks().contains(schema))
    }

    /// The schemas of its body that may lead to the place of the callback's address.
    fn marked_bodies(&self, context: &Context<'d>) -> impl Iterator<Item = Node<'d>> {
        let marks = &context.leads().notification_url;
        let bodies = self.parameters.iter().filter(|body| body.location == "body" && marks.contains(body.node));
        bodies.filter_map(|body| context.schema(body.node.get("schema")?)).filter(|schema| marks.contains(*schema))
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

/// What [`Context::callbacks`] says: a walk down from every body, each schema once, and one back up from the places that it
/// came to, so that operations which share a schema do not each walk through it.
pub(crate) fn callbacks(context: &Context<'_>) -> Marks {
    let marks = &context.leads().notification_url;
    let mut callbacks = Marks::default();
    if marks.is_empty() {
        return callbacks;
    }
    let mut waiting: Vec<_> =
        context.operations.iter().flat_map(|operation| operation.marked_bodies(context)).collect();
    let mut seen = Marks::default();
    let mut holders: FastMap<u32, Vec<u32>> = FastMap::default();
    let mut found = Vec::new();
    while let Some(schema) = waiting.pop() {
        if !seen.insert(schema.id()) {
            continue;
        }
        if is_notification_url(schema) {
            found.push(schema.id());
        }
        for written in children(schema).filter(|child| marks.contains(*child)) {
            let Some(inner) = context.schema(written).filter(|inner| marks.contains(*inner)) else { continue };
            holders.entry(inner.id()).or_default().push(schema.id());
            waiting.push(inner);
        }
    }
    while let Some(id) = found.pop() {
        if callbacks.insert(id) {
            found.extend(holders.get(&id).into_iter().flatten());
        }
    }
    callbacks
}
