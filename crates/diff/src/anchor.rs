//! Where a removal shows in the new version: for readers who see nothing but that version, such as a pull request.

use crate::change::Comparison;
use crate::view::Version;
use backshell_findings::Place;
use backshell_package::ReadPackage;
use backshell_source::{Node, Span};

/// How many names are followed: beyond that nobody looks for the place by its line.
const DEEPEST: usize = 64;

impl Comparison {
    /// Gives every change that stands in the old version alone the place of what is left, in `new`, of what it was in.
    /// `new` is the version that was compared, and `new_path` the path that the user gave for it.
    pub fn anchor_removals(&mut self, new: &ReadPackage, new_path: Option<String>) {
        let version = Version::new(new, new_path);
        for change in self.changes.iter_mut().filter(|change| change.new.is_none()) {
            change.anchor = change.old.as_ref().and_then(|old| anchor(&version, old));
        }
    }
}

fn anchor(new: &Version<'_>, old: &Place) -> Option<Place> {
    let is_of_properties = old.file.to_ascii_lowercase().ends_with("apiproperties.json");
    let root = match new.properties.filter(|_| is_of_properties) {
        Some(properties) => properties.document.root(),
        None => new.swagger?.node(),
    };
    let left = left_of(root, &old.pointer);
    let name = left.key_span().unwrap_or_else(|| {
        let start = left.span().start;
        Span::new(start, start.saturating_add(1))
    });
    Some(Place::in_text(new.file_of(left), left.document().source(), name, left.pointer()))
}

/// The last thing on the way to `pointer` that is there. A list ends the way: what its entries were is not told by their
/// numbers.
fn left_of<'d>(root: Node<'d>, pointer: &str) -> Node<'d> {
    let ends = pointer.match_indices('/').map(|(end, _)| end).chain([pointer.len()]);
    let ways = ends.filter_map(|end| pointer.get(..end)).filter(|way| !way.is_empty());
    let nodes = ways.take(DEEPEST).map_while(|way| root.document().resolve(way));
    let mut left = root;
    for node in nodes {
        left = node;
        if node.is_array() {
            break;
        }
    }
    left
}
