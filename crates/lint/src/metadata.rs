//! `x-ms-connector-metadata`: what the catalogue shows beside a connector.

use crate::view::Context;
use backshell_source::Node;

/// The names of its entries.
pub(crate) const NAMES: [&str; 3] = ["Website", "Privacy policy", "Categories"];

/// The list, when it is one.
pub(crate) fn list<'d>(context: &Context<'d>) -> Option<Node<'d>> {
    context.root.get("x-ms-connector-metadata").filter(|list| list.is_array())
}

/// Its entries, in order.
pub(crate) fn entries<'d>(context: &Context<'d>) -> impl Iterator<Item = Node<'d>> {
    list(context).into_iter().flat_map(Node::items)
}

/// The entries with this name, letter case ignored as Microsoft's own check does.
pub(crate) fn named<'d>(context: &Context<'d>, name: &'static str) -> impl Iterator<Item = Node<'d>> {
    entries(context).filter(move |entry| {
        entry.get("propertyName").and_then(Node::as_str).is_some_and(|text| text.trim().eq_ignore_ascii_case(name))
    })
}

/// The values of the entries with this name.
pub(crate) fn values<'d>(context: &Context<'d>, name: &'static str) -> impl Iterator<Item = Node<'d>> {
    named(context, name).filter_map(|entry| entry.get("propertyValue"))
}

/// The categories of a value: the parts between semicolons that say something.
pub(crate) fn categories(value: &str) -> impl Iterator<Item = &str> {
    value.split(';').map(str::trim).filter(|category| !category.is_empty())
}
