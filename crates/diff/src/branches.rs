//! Branches of an `allOf` that came or went as a whole.

use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use backshell_source::Node;

/// The branches of the old schema whose properties are all gone. Only for schemas that keep something else.
pub(crate) fn lost<'d>(pair: &SchemaPair<'d>) -> Vec<Node<'d>> {
    missing(&pair.old, &pair.new)
}

/// The branches of the new schema whose properties are all new.
pub(crate) fn gained<'d>(pair: &SchemaPair<'d>) -> Vec<Node<'d>> {
    missing(&pair.new, &pair.old)
}

/// Whether a property stands in one of the branches.
pub(crate) fn hold(branches: &[Node<'_>], property: Node<'_>) -> bool {
    // A property lies in `properties` of its branch.
    let holder = property.parent().and_then(Node::parent);
    holder.is_some_and(|holder| branches.contains(&holder))
}

/// The branches that the new schema has more than the old one, where all old ones are still there as they were.
pub(crate) fn joined<'d>(pair: &SchemaPair<'d>) -> Vec<Node<'d>> {
    /// The most branches that are compared with one another.
    const MOST: usize = 64;
    let (old, new) = (pair.old.parts(), pair.new.parts());
    if new.len() <= old.len() || new.len() > MOST {
        return Vec::new();
    }
    let mut left: Vec<Node<'d>> = new.to_vec();
    for part in old {
        let Some(at) = left.iter().position(|other| same_members(*part, *other)) else { return Vec::new() };
        left.remove(at);
    }
    left.retain(|part| new.first() != Some(part));
    left
}

/// Whether two parts say the same, their own branches aside.
fn same_members(one: Node<'_>, two: Node<'_>) -> bool {
    let says = |one: Node<'_>, two: Node<'_>| {
        let mut members = one.members().filter(|member| !member.shadowed && member.key != "allOf");
        members.all(|member| two.get(member.key).is_some_and(|other| member.value.json_eq(other)))
    };
    says(one, two) && says(two, one)
}

fn missing<'d>(of: &Shape<'d>, other: &Shape<'d>) -> Vec<Node<'d>> {
    if of.parts().len() < 2 {
        return Vec::new();
    }
    let branches = of.parts().iter().skip(1).copied();
    branches
        .filter(|branch| {
            let names = branch.get("properties").map(Node::members).into_iter().flatten();
            let mut names = names.map(|member| member.key).peekable();
            names.peek().is_some() && names.all(|name| other.property(name).is_none())
        })
        .collect()
}
