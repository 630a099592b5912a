//! Entries of lists that are there twice. Only entries that are the same in everything go, and the first of them stays, so
//! the list says what it said.

use super::edit::Edits;
use super::{Act, Fix};
use backshell_source::Node;

pub(super) const FIX: Fix = Fix {
    what: "remove repeated entries of lists",
    act: Act::Findings(
        &["ArrayDuplicateValue", "FilterFunctionsPropertyHasDuplicates", "OperationParametersAreNotUnique"],
        mend,
    ),
};

/// Lists longer than this are left alone: every entry is compared with those before it.
const LONGEST: usize = 2_000;

/// The place is the list, or one of its entries.
fn mend(place: Node<'_>, edits: &mut Edits<'_>) {
    let list =
        if place.is_array() && !place.parent().is_some_and(Node::is_array) { Some(place) } else { place.parent() };
    let Some(list) = list.filter(|node| node.is_array()) else { return };
    let mut kept: Vec<Node<'_>> = Vec::new();
    let mut previous = None;
    for entry in list.items().take(LONGEST) {
        if kept.iter().any(|earlier| earlier.json_eq(entry)) {
            if let Some(previous) = previous {
                edits.remove_entry(previous, entry);
            }
        } else {
            kept.push(entry);
        }
        previous = Some(entry);
    }
}
