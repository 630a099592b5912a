//! A schema of the old version and the schema in the same place of the new one.

use crate::check::Direction;
use crate::contract::{same_list_or_value, same_schema};
use crate::pairing::Pairing;
use crate::shape::Shape;
use backshell_source::Node;

/// What a schema is in the place it was reached from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    /// The schema of a body.
    Body,
    /// The schema of a success response.
    Response,
    /// What a webhook sends.
    Notification,
    /// The items of a parameter that is no body.
    ParameterItems,
    /// A property.
    Property,
    /// The items of an array.
    Items,
    /// The values of a map (`additionalProperties`).
    MapValue,
}

/// A property of one version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Property<'d> {
    /// Its name.
    pub(crate) name: &'d str,
    /// Its schema as it stands.
    pub(crate) node: Node<'d>,
    /// Whether the object demands it.
    pub(crate) required: bool,
}

/// Two schemas in the same place, `$ref` followed and `allOf` merged.
pub(crate) struct SchemaPair<'d> {
    /// The old one.
    pub(crate) old: Shape<'d>,
    /// The new one.
    pub(crate) new: Shape<'d>,
    /// Which way it travels: request or response.
    pub(crate) direction: Direction,
    /// What it is in its place.
    pub(crate) role: Role,
    /// The properties. Empty on all sides where the types are too different for them to be compared. Renamed: letter case
    /// only, or one gone and one new with equal schemas.
    pub(crate) properties: Pairing<Property<'d>>,
}

/// One step from a schema to one within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step<'d> {
    /// To a property.
    Property(&'d str),
    /// To the items.
    Items,
    /// To the values of the map.
    MapValue,
}

/// Schemas to go on with.
pub(crate) type Child<'d> = (Step<'d>, Role, Node<'d>, Node<'d>);

impl<'d> SchemaPair<'d> {
    /// The pair of what stands at two places.
    pub(crate) fn new(old: Node<'d>, new: Node<'d>, direction: Direction, role: Role) -> Self {
        let (old, new) = (Shape::of(old), Shape::of(new));
        let mut pair = Self { old, new, direction, role, properties: Pairing::default() };
        if pair.is_comparable() {
            pair.properties = pair.pair_properties();
        }
        pair
    }

    /// Whether it travels to the service.
    pub(crate) fn is_request(&self) -> bool {
        self.direction == Direction::Request
    }

    /// Whether it travels to the caller.
    pub(crate) fn is_response(&self) -> bool {
        self.direction == Direction::Response
    }

    /// Whether both are of one type, as far as their content goes: neither is "anything" unless both are.
    pub(crate) fn is_comparable(&self) -> bool {
        self.old.kind() == self.new.kind()
    }

    /// Whether the schema is `readOnly` in both versions, so that it never travels in a request.
    pub(crate) fn is_read_only(&self) -> bool {
        self.old.is_true("readOnly") && self.new.is_true("readOnly")
    }

    /// Whether the two differ by themselves, the schemas within them not counted.
    pub(crate) fn differs(&self) -> bool {
        let (old, new) = (&self.old, &self.new);
        let renames = !self.properties.renamed.is_empty();
        if renames || !self.properties.removed.is_empty() || !self.properties.added.is_empty() {
            return true;
        }
        old.kind() != new.kind()
            || old.required() != new.required()
            || old.parts().len() != new.parts().len()
            || old.parts().iter().zip(new.parts()).any(|(one, two)| !same_own(*one, *two) || !same_own(*two, *one))
    }

    /// The schemas within both, in order of name. What is read-only in both versions is left out of requests.
    pub(crate) fn children(&self) -> Vec<Child<'d>> {
        let mut children: Vec<Child<'d>> = Vec::new();
        if !self.is_comparable() || (self.is_request() && self.role == Role::Property && self.is_read_only()) {
            return children;
        }
        for (old, new) in self.properties.kept() {
            children.push((Step::Property(old.name), Role::Property, old.node, new.node));
        }
        if let (Some(old), Some(new)) = (self.old.items(), self.new.items()) {
            children.push((Step::Items, Role::Items, old, new));
        }
        if let (Some(old), Some(new)) = (self.old.additional_schema(), self.new.additional_schema()) {
            children.push((Step::MapValue, Role::MapValue, old, new));
        }
        children
    }

    fn pair_properties(&self) -> Pairing<Property<'d>> {
        let mut pairing = Pairing::default();
        let property = |shape: &Shape<'d>, (name, node): (&'d str, Node<'d>)| Property {
            name,
            node,
            required: shape.requires(name),
        };
        // Both are sorted by name.
        let mut waiting = self.new.properties().iter().copied().peekable();
        for old in self.old.properties().iter().copied() {
            while let Some(new) = waiting.next_if(|new| new.0 < old.0) {
                pairing.added.push(property(&self.new, new));
            }
            match waiting.next_if(|new| new.0 == old.0) {
                Some(new) => pairing.pairs.push((property(&self.old, old), property(&self.new, new))),
                None => pairing.removed.push(property(&self.old, old)),
            }
        }
        pairing.added.extend(waiting.map(|new| property(&self.new, new)));
        if !pairing.removed.is_empty() && !pairing.added.is_empty() {
            pairing.rename_by_key(|property| property.name.to_lowercase());
            pairing.rename_equal(|one, two| same_schema(one.node, two.node));
        }
        pairing
    }
}

/// Whether every member of `one` says the same in `two`; schemas within count only as being there.
fn same_own(one: Node<'_>, two: Node<'_>) -> bool {
    one == two
        || one.members().filter(|member| !member.shadowed).all(|member| match (member.key, two.get(member.key)) {
            ("properties" | "required" | "allOf", _) => true,
            (_, None) => false,
            ("items" | "additionalProperties", Some(other)) if member.value.is_object() => other.is_object(),
            (key, Some(other)) => {
                member.value.source() == other.source() || same_list_or_value(key, member.value, other)
            }
        })
}
