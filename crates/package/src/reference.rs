//! `$ref` within one document.

use backshell_source::Node;
use percent_encoding::percent_decode_str;

/// A chain of references longer than this is taken for a loop.
const MOST_HOPS: usize = 64;

/// Why a `$ref` leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// It names another file or address; packages hold one definition.
    #[error("the reference leads out of the document")]
    External,
    /// Nothing stands where it points.
    #[error("nothing stands where the reference points")]
    Missing,
    /// It leads back to itself through other references.
    #[error("the reference leads back to itself")]
    Loop,
}

/// The text of a node's `$ref`, when it is an object with one.
pub(crate) fn of(node: Node<'_>) -> Option<&str> {
    node.get("$ref")?.as_str()
}

/// The node that one reference points to: `#/definitions/Name`, percent-encoded or not.
pub(crate) fn target<'d>(root: Node<'d>, reference: &str) -> Result<Node<'d>, ReferenceError> {
    let pointer = reference.strip_prefix('#').ok_or(ReferenceError::External)?;
    let document = root.document();
    document
        .resolve(pointer)
        .or_else(|| document.resolve(&percent_decode_str(pointer).decode_utf8().ok()?))
        .ok_or(ReferenceError::Missing)
}

/// The node itself when it is no reference, else what it leads to in the end.
pub(crate) fn follow(node: Node<'_>) -> Result<Node<'_>, ReferenceError> {
    let root = node.document().root();
    let mut node = node;
    for _ in 0..MOST_HOPS {
        let Some(reference) = of(node) else { return Ok(node) };
        node = target(root, reference)?;
    }
    Err(ReferenceError::Loop)
}
