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
