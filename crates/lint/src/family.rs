//! Families of operations: `x-ms-api-annotation` joins the revisions of one operation under one name.

use crate::view::{Context, Operation};
use backshell_source::Node;
use std::collections::BTreeMap;

/// What `x-ms-api-annotation` of an operation says.
pub(crate) struct Annotation<'d> {
    /// `family`, where it is a text that is not empty.
    pub(crate) family: Option<Node<'d>>,
    /// `revision`, unless it is null.
    pub(crate) revision: Option<Node<'d>>,
    /// `status`.
    pub(crate) status: Option<Node<'d>>,
}

/// An operation of a family.
pub(crate) struct Member<'c, 'd> {
    /// The operation.
    pub(crate) operation: &'c Operation<'d>,
    /// Its annotation.
    pub(crate) annotation: Annotation<'d>,
    /// Where it names the family.
    pub(crate) family: Node<'d>,
}

/// The annotation of an operation, or of `info`.
pub(crate) fn annotation(holder: Node<'_>) -> Option<Annotation<'_>> {
    let annotation = holder.get("x-ms-api-annotation")?;
    Some(Annotation {
        family: annotation.get("family").filter(|family| family.as_str().is_some_and(|name| !name.is_empty())),
        revision: annotation.get("revision").filter(|revision| !revision.is_null()),
        status: annotation.get("status"),
    })
}

/// The families of a document, each with its operations in document order.
pub(crate) fn families<'c, 'd>(context: &'c Context<'d>) -> impl Iterator<Item = Vec<Member<'c, 'd>>> {
    let mut families: BTreeMap<&str, Vec<Member<'c, 'd>>> = BTreeMap::new();
    for operation in &context.operations {
        let Some(annotation) = annotation(operation.node) else { continue };
        let Some(family) = annotation.family else { continue };
        families.entry(family.as_str().unwrap_or_default()).or_default().push(Member { operation, annotation, family });
    }
    families.into_values()
}

/// Whether an operation is in use.
pub(crate) fn is_active(operation: &Operation<'_>) -> bool {
    operation.node.get("deprecated").and_then(Node::as_bool) != Some(true)
}

/// Whether a status says that something is ready for everyone.
pub(crate) fn is_production(status: Option<Node<'_>>) -> bool {
    status.and_then(Node::as_str).is_some_and(|status| status.eq_ignore_ascii_case("Production"))
}

/// The status that the connector gives itself, which operations without one share.
pub(crate) fn connector_status<'d>(context: &Context<'d>) -> Option<Node<'d>> {
    annotation(context.root.get("info")?)?.status
}
