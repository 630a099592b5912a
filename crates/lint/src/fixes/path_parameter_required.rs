//! A path parameter is required: a path without it is another path, so nothing else can be meant.

use super::edit::Edits;
use super::{Act, Fix};
use backshell_source::Node;

pub(super) const FIX: Fix =
    Fix { what: "say that path parameters are required", act: Act::Findings(&["PathParameterMustBeRequired"], mend) };

/// The place is the parameter, or its `required`.
fn mend(place: Node<'_>, edits: &mut Edits<'_>) {
    let parameter = if place.is_object() { Some(place) } else { place.parent() };
    let Some(parameter) = parameter.filter(|node| node.get("in").and_then(Node::as_str) == Some("path")) else {
        return;
    };
    match parameter.get("required") {
        None => edits.add_member(parameter, "required", "true"),
        Some(value) if value.as_bool() != Some(true) => edits.replace(value.span(), "true"),
        Some(_) => {}
    }
}
