//! `x-ms-connector-metadata`: what the catalogue shows beside a connector.

use crate::view::Context;
use backshell_source::Node;

/// The names of its entries.
pub(crate) const NAMES: [&str; 3] = ["Website", "Privacy policy", "Categories"];

/// Its entries, in order.
pub(crate) fn entries<'d>(context: &Context<'d>) -> impl Iterator<Item = Node<'d>> {
    context.root.get("x-ms-connector-metadata").into_iter().flat_map(Node::items)
}
