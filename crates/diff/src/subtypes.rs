//! Kinds of objects: definitions that extend one with a `discriminator`.

use crate::shape::Shape;
use backshell_source::Node;

/// The definitions that this one extends and that tell their kinds apart by a property.
pub(crate) fn bases(definition: Node<'_>) -> Vec<Node<'_>> {
    if definition.get("allOf").is_none() {
        return Vec::new();
    }
    let parts = Shape::of(definition).parts().to_vec();
    parts.into_iter().skip(1).filter(|part| part.get("discriminator").and_then(Node::as_str).is_some()).collect()
}

/// The value that stands for this kind; `None` where the definition extends nothing that has kinds.
pub(crate) fn value<'d>(name: &'d str, definition: Node<'d>) -> Option<&'d str> {
    let own = definition.get("x-ms-discriminator-value").and_then(Node::as_str);
    (!bases(definition).is_empty()).then_some(own.unwrap_or(name))
}
