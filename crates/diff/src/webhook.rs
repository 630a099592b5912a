//! How a webhook is registered and unregistered, as far as a definition says it.

use crate::shape::Shape;
use crate::view::Operation;
use backshell_package::{Method, Parameter, ParameterLocation, Visibility, truth};
use backshell_source::{Node, escape_token};
use std::collections::HashSet;

/// The most schemas of one body that are searched.
const MOST_SCHEMAS: usize = 4_096;

/// A place that receives the callback address.
#[derive(Clone, Debug)]
pub(crate) struct Callback<'d> {
    /// The place by names.
    pub(crate) place: String,
    /// `x-ms-notification-url` there.
    pub(crate) mark: Node<'d>,
}

/// Where an operation takes the callback address.
pub(crate) fn callbacks<'d>(operation: &Operation<'d>) -> Vec<Callback<'d>> {
    let mut found = Vec::new();
    for parameter in &operation.parameters {
        let place = match parameter.location {
            ParameterLocation::Body => "body".to_owned(),
            location => format!("{}/{}", location.as_str(), parameter.name),
        };
        found.extend(mark(parameter.node).map(|mark| Callback { place, mark }));
    }
    let Some(schema) = operation.body_parameter().and_then(Parameter::schema) else { return found };
    let mut seen = HashSet::new();
    let mut waiting = vec![("body".to_owned(), schema.node())];
    while let Some((place, node)) = waiting.pop() {
        let shape = Shape::of(node);
        let mark = mark(node).or_else(|| shape.parts().iter().find_map(|part| mark(*part)));
        found.extend(mark.map(|mark| Callback { place: place.clone(), mark }));
        if seen.len() >= MOST_SCHEMAS || !seen.insert(shape.id()) {
            continue;
        }
        waiting.extend(shape.items().map(|items| (format!("{place}/[]"), items)));
        let properties = shape.properties().iter().rev();
        waiting.extend(properties.map(|(name, node)| (format!("{place}/{}", escape_token(name)), *node)));
    }
    found
}

/// What makes a trigger a webhook: the mark of the place of the callback address, else what is sent there. `None` for a
/// trigger that is polled, and for an action.
pub(crate) fn sign<'d>(operation: &Operation<'d>) -> Option<Node<'d>> {
    if !operation.is_trigger() {
        return None;
    }
    callbacks(operation).first().map(|callback| callback.mark).or_else(|| operation.notification())
}

/// The webhooks of one version, to find out what unregisters them.
pub(crate) struct Webhooks<'o> {
    paths: HashSet<&'o str>,
    /// Whether one of them has nothing at or below its path that could unregister it.
    is_any_alone: bool,
}

impl<'o> Webhooks<'o> {
    /// Some webhooks of a version with all its operations.
    pub(crate) fn new<'d: 'o>(
        webhooks: impl Iterator<Item = &'o Operation<'d>>,
        all: impl Iterator<Item = &'o Operation<'d>>,
    ) -> Self {
        let paths: HashSet<&str> = webhooks.map(|webhook| webhook.normalised.trim_end_matches('/')).collect();
        let mut alone = paths.clone();
        for operation in all.filter(|operation| operation.method() == Method::Delete) {
            for path in ways_to(&operation.normalised) {
                alone.remove(path);
            }
        }
        Self { paths, is_any_alone: !alone.is_empty() }
    }

    /// Whether the operation is at or below the path of one of them.
    pub(crate) fn are_above(&self, operation: &Operation<'_>) -> bool {
        ways_to(&operation.normalised).any(|path| self.paths.contains(path))
    }

    /// Whether the operation is taken for one that unregisters: a `DELETE` at or below the path of a webhook, or one that is
    /// hidden from makers where a webhook has no such.
    pub(crate) fn are_unregistered_by(&self, operation: &Operation<'_>) -> bool {
        let is_hidden = operation.visibility() == Visibility::Internal;
        operation.method() == Method::Delete && (self.are_above(operation) || (is_hidden && self.is_any_alone))
    }
}

/// The path and all paths above it.
fn ways_to(path: &str) -> impl Iterator<Item = &str> {
    let path = path.trim_end_matches('/');
    let above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    std::iter::once(path).chain(above)
}

fn mark(node: Node<'_>) -> Option<Node<'_>> {
    node.get("x-ms-notification-url").filter(|mark| truth(*mark) == Some(true))
}
