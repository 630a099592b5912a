//! MIME types: which of them connectors can use, and which hold for an operation.

use crate::view::{Context, Operation};
use backshell_source::Node;

/// JSON.
pub(crate) const JSON: &str = "application/json";
/// Text.
pub(crate) const TEXT: &str = "text/plain";
/// A form with parts.
pub(crate) const MULTIPART: &str = "multipart/form-data";
/// A form in the manner of a query.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// A MIME type without its parameters.
pub(crate) fn essence(text: &str) -> &str {
    text.split(';').next().unwrap_or_default().trim()
}

/// Whether a MIME type, its parameters aside, is `other`.
pub(crate) fn is(text: &str, other: &str) -> bool {
    essence(text).eq_ignore_ascii_case(other)
}

/// Whether connectors can use a MIME type.
pub(crate) fn is_supported(text: &str) -> bool {
    [JSON, TEXT, MULTIPART, FORM].iter().any(|other| is(text, other))
}

/// The list called `name` (`consumes` or `produces`) that holds for an operation: its own, else that of the document.
pub(crate) fn effective<'d>(context: &Context<'d>, operation: &Operation<'d>, name: &str) -> Option<Node<'d>> {
    operation.node.get(name).or_else(|| context.root.get(name))
}

/// The MIME types of a list.
pub(crate) fn texts(list: Node<'_>) -> impl Iterator<Item = &str> {
    list.items().filter_map(Node::as_str)
}
