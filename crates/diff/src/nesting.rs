//! Properties that have gone one level down or up, and lists that were put into an object or taken out of one.

use crate::contract::same_schema;
use crate::schema_pair::{Property, Role, SchemaPair};
use crate::shape::Shape;
use backshell_source::Node;
use std::collections::BTreeMap;

/// The most objects that are searched for properties that have moved.
const MOST_HOLDERS: usize = 64;
/// The most schemas of one name that are compared.
const MOST_TRIES: usize = 256;

/// A value that is on another level now.
pub(crate) struct Move<'d> {
    /// The name of the object that it went into or came out of.
    pub(crate) holder: &'d str,
    /// Its own name; `None` for a list that had none on its old level.
    pub(crate) name: Option<&'d str>,
    /// Whether it went into the object.
    pub(crate) is_deeper: bool,
    /// Where it stood.
    pub(crate) old: Node<'d>,
    /// Where it stands.
    pub(crate) new: Node<'d>,
    /// The object, where it is in one version only.
    lone_holder: Option<Node<'d>>,
}

/// Whether a property that is in one version only is so because something moved: it did itself, or it is the object that
/// was made or given up for that.
pub(crate) fn explain(moves: &[Move<'_>], property: Node<'_>) -> bool {
    moves.iter().any(|found| {
        let own = if found.is_deeper { found.old } else { found.new };
        own == property || found.lone_holder == Some(property)
    })
}

/// What has moved between the object itself and the objects in its properties.
pub(crate) fn moves<'d>(pair: &SchemaPair<'d>) -> Vec<Move<'d>> {
    let properties = &pair.properties;
    let mut found = Vec::new();
    let made = properties.added.iter().map(|new| (new.name, None, new.node));
    let kept = properties.kept().map(|(old, new)| (new.name, Some(old.node), new.node));
    for (outer, inner, holder, lone_holder) in search(pair, &properties.removed, made.chain(kept)) {
        let name = Some(outer.name);
        found.push(Move { holder, name, is_deeper: true, old: outer.node, new: inner, lone_holder });
    }
    let given_up = properties.removed.iter().map(|old| (old.name, None, old.node));
    let kept = properties.kept().map(|(old, new)| (old.name, Some(new.node), old.node));
    for (outer, inner, holder, lone_holder) in search(pair, &properties.added, given_up.chain(kept)) {
        let name = Some(outer.name);
        found.push(Move { holder, name, is_deeper: false, old: inner, new: outer.node, lone_holder });
    }
    found
}

/// Whether a list is an equal one in a property of an object now, or the reverse.
pub(crate) fn list_move<'d>(pair: &SchemaPair<'d>) -> Option<Move<'d>> {
    if pair.role == Role::ParameterItems {
        return None;
    }
    let is_deeper = match (pair.old.kind(), pair.new.kind()) {
        (Some("array"), Some("object")) => true,
        (Some("object"), Some("array")) => false,
        _ => return None,
    };
    let (list, object) = if is_deeper { (&pair.old, &pair.new) } else { (&pair.new, &pair.old) };
    let is_equal = |node: Node<'d>| same_schema(node, list.node());
    let (holder, inner) = object.properties().iter().take(MOST_HOLDERS).copied().find(|(_, node)| is_equal(*node))?;
    let (old, new) = if is_deeper { (list.node(), inner) } else { (inner, list.node()) };
    Some(Move { holder, name: None, is_deeper, old, new, lone_holder: None })
}

/// A property that is gone from one version (or new in it), its place within an object, the name of that object, and the
/// object where it has no counterpart.
type Found<'d> = (Property<'d>, Node<'d>, &'d str, Option<Node<'d>>);

/// Looks for `outer` properties within `holders`: name, counterpart in the other version, object.
fn search<'d>(
    pair: &SchemaPair<'d>,
    outer: &[Property<'d>],
    holders: impl Iterator<Item = (&'d str, Option<Node<'d>>, Node<'d>)>,
) -> Vec<Found<'d>> {
    // What is read-only never travels in a request.
    let travels = |property: &&Property<'d>| !(pair.is_request() && Shape::of(property.node).is_true("readOnly"));
    if outer.is_empty() {
        return Vec::new();
    }
    let mut wanted: BTreeMap<&str, Property<'d>> =
        outer.iter().filter(travels).map(|property| (property.name, *property)).collect();
    let (mut found, mut tries) = (Vec::new(), 0);
    for (name, counterpart, holder) in holders.take(MOST_HOLDERS) {
        let object = Shape::of(holder);
        let other = counterpart.map(Shape::of);
        for (inner_name, inner) in object.properties() {
            let is_new = other.as_ref().is_none_or(|other| other.property(inner_name).is_none());
            let Some(property) = wanted.get(inner_name).filter(|_| is_new && tries < MOST_TRIES) else { continue };
            tries += 1;
            if same_schema(property.node, *inner) {
                let lone_holder = counterpart.is_none().then_some(holder);
                found.extend(wanted.remove(inner_name).map(|property| (property, *inner, name, lone_holder)));
            }
        }
    }
    found
}
