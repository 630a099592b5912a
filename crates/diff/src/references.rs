//! Every `$ref` below a value.

use backshell_model::FastMap;
use backshell_package::{ReferenceError, Schema};
use backshell_source::Node;

/// Members whose content is data, in which `$ref` is a word like any other.
const DATA: [&str; 4] = ["example", "examples", "default", "enum"];

/// The most places of one reference that are kept.
const MOST_PLACES: usize = 256;

/// A reference that leads nowhere.
pub(crate) struct Broken<'d> {
    /// What it says.
    pub(crate) text: &'d str,
    /// The first place where it stands.
    pub(crate) node: Node<'d>,
    /// The other places, the first of them.
    pub(crate) others: Vec<Node<'d>>,
    /// Why it leads nowhere.
    pub(crate) breakage: Breakage,
}

/// Why a reference leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breakage {
    /// It leads out of the file.
    External,
    /// Nothing stands there.
    Missing,
    /// It leads back to itself.
    Circular,
}

/// The objects with a reference in or below `node`, in document order.
pub(crate) fn below(node: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        if node.get("$ref").and_then(Node::as_str).is_some() {
            found.push(node);
            continue;
        }
        // A property may well be called `example`.
        let is_named = matches!(node.key(), Some("properties" | "definitions" | "parameters" | "responses"));
        let first = waiting.len();
        let members = node.members().filter(|member| !member.shadowed && (is_named || !DATA.contains(&member.key)));
        waiting.extend(members.map(|member| member.value).chain(node.items()).filter(|node| !node.is_empty()));
        if let Some(new) = waiting.get_mut(first..) {
            new.reverse();
        }
    }
    found
}

/// The references below `root` that lead nowhere, each text once.
pub(crate) fn broken(root: Node<'_>) -> Vec<Broken<'_>> {
    let mut known: FastMap<&str, Option<usize>> = FastMap::default();
    let mut found: Vec<Broken<'_>> = Vec::new();
    for holder in below(root) {
        let Some(node) = holder.get("$ref") else { continue };
        let Some(text) = node.as_str() else { continue };
        if let Some(number) = known.get(text) {
            let broken = number.and_then(|number| found.get_mut(number));
            broken
                .filter(|broken| broken.others.len() < MOST_PLACES)
                .into_iter()
                .for_each(|broken| broken.others.push(node));
            continue;
        }
        let is_external = !text.starts_with('#');
        let breakage = match Schema::new(holder).try_resolve() {
            _ if is_external => Some(Breakage::External),
            Err(ReferenceError::Missing) => Some(Breakage::Missing),
            Err(ReferenceError::Loop) => Some(Breakage::Circular),
            // What the reference leads to is itself a reference out of the file: reported there.
            Ok(_) | Err(ReferenceError::External) => None,
        };
        known.insert(text, breakage.map(|_| found.len()));
        found.extend(breakage.map(|breakage| Broken { text, node, others: Vec::new(), breakage }));
    }
    found
}
