//! Schemas, which may refer to themselves.

use crate::operation::Visibility;
use crate::reference::{self, ReferenceError};
use backshell_model::FastSet;
use backshell_source::Node;

/// A schema as it stands. All questions but [`Schema::node`] and [`Schema::reference`] are answered by the schema that a
/// `$ref` leads to; a reference that leads nowhere answers like an empty schema. Schemas may contain themselves: whoever
/// descends must remember where they have been ([`Schema::id`]), or use [`Schema::reachable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Schema<'d> {
    node: Node<'d>,
}

/// A property of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property<'d> {
    /// Its name.
    pub name: &'d str,
    /// Its schema, as it stands.
    pub schema: Schema<'d>,
    /// Whether the schema that has the property demands it.
    pub required: bool,
}

impl<'d> Schema<'d> {
    /// The schema that stands at `node`.
    pub fn new(node: Node<'d>) -> Self {
        Self { node }
    }

    /// What stands there: a schema or a reference to one.
    pub fn node(self) -> Node<'d> {
        self.node
    }

    /// The text of the `$ref`, when it is one.
    pub fn reference(self) -> Option<&'d str> {
        reference::of(self.node)
    }

    /// The schema that the reference leads to in the end, or this one.
    pub fn resolve(self) -> Option<Schema<'d>> {
        self.try_resolve().ok()
    }

    /// As [`Schema::resolve`], with the reason when it leads nowhere.
    pub fn try_resolve(self) -> Result<Schema<'d>, ReferenceError> {
        reference::follow(self.node).map(Self::new)
    }

    /// Names the resolved schema within its document: two schemas with the same id are the same one.
    pub fn id(self) -> u32 {
        self.target().id()
    }

    /// The resolved schema's object, or the reference itself when it leads nowhere.
    pub fn target(self) -> Node<'d> {
        reference::follow(self.node).unwrap_or(self.node)
    }

    /// A member of the resolved schema.
    pub fn get(self, name: &str) -> Option<Node<'d>> {
        self.target().get(name)
    }

    /// `type`; where it is a list, its first word that is not `null`.
    pub fn kind(self) -> Option<&'d str> {
        let node = self.get("type")?;
        node.as_str().or_else(|| node.items().filter_map(Node::as_str).find(|word| *word != "null"))
    }

    /// `format`.
    pub fn format(self) -> Option<&'d str> {
        self.get("format")?.as_str()
    }

    /// `title`.
    pub fn title(self) -> Option<&'d str> {
        self.get("title")?.as_str()
    }

    /// `description`.
    pub fn description(self) -> Option<&'d str> {
        self.get("description")?.as_str()
    }

    /// `default`.
    pub fn default(self) -> Option<Node<'d>> {
        self.get("default")
    }

    /// `example`.
    pub fn example(self) -> Option<Node<'d>> {
        self.get("example")
    }

    /// `enum`.
    pub fn enum_values(self) -> Vec<Node<'d>> {
        self.get("enum").into_iter().flat_map(Node::items).collect()
    }

    /// `x-ms-visibility`.
    pub fn visibility(self) -> Visibility {
        Visibility::of(self.target())
    }

    /// The schema's own properties, in document order; those of `allOf` are in [`Schema::all_properties`].
    pub fn properties(self) -> Vec<Property<'d>> {
        let required: FastSet<&str> = self.required().into_iter().collect();
        let members = self.get("properties").map(Node::members).into_iter().flatten();
        members
            .filter(|member| !member.shadowed)
            .map(|member| Property {
                name: member.key,
                schema: Schema::new(member.value),
                required: required.contains(member.key),
            })
            .collect()
    }

    /// The property of this name, among the schema's own and those of `allOf`.
    pub fn property(self, name: &str) -> Option<Property<'d>> {
        self.all_properties().into_iter().find(|property| property.name == name)
    }

    /// The properties of the schema and of everything in its `allOf`, however deep; of several with one name the first,
    /// demanded when any of the parts demands it.
    pub fn all_properties(self) -> Vec<Property<'d>> {
        let parts = self.reach(Schema::all_of);
        let required: FastSet<&str> = parts.iter().flat_map(|part| part.required()).collect();
        let mut seen = FastSet::default();
        let properties = parts.into_iter().flat_map(Schema::properties);
        properties
            .filter(|property| seen.insert(property.name))
            .map(|property| Property { required: required.contains(property.name), ..property })
            .collect()
    }

    /// The names in `required`.
    pub fn required(self) -> Vec<&'d str> {
        crate::swagger::texts(self.get("required"))
    }

    /// `items`; where it is a list, the first.
    pub fn items(self) -> Option<Schema<'d>> {
        let node = self.get("items")?;
        let node = if node.is_array() { node.items().next()? } else { node };
        node.is_object().then(|| Self::new(node))
    }

    /// The parts in `allOf`.
    pub fn all_of(self) -> Vec<Schema<'d>> {
        self.get("allOf").into_iter().flat_map(Node::items).filter(|node| node.is_object()).map(Self::new).collect()
    }

    /// `additionalProperties` where it is a schema.
    pub fn additional_properties(self) -> Option<Schema<'d>> {
        self.get("additionalProperties").filter(|node| node.is_object()).map(Self::new)
    }

    /// The schemas directly within this one: properties, items, parts, additional properties.
    pub fn children(self) -> Vec<Schema<'d>> {
        let items = self.get("items");
        let listed = items.filter(|items| items.is_array()).into_iter().flat_map(Node::items);
        let mut children: Vec<_> = self.properties().into_iter().map(|property| property.schema).collect();
        children.extend(items.into_iter().chain(listed).filter(|node| node.is_object()).map(Self::new));
        children.extend(self.all_of());
        children.extend(self.additional_properties());
        children
    }

    /// This schema and every schema within it, references followed, each once; parents before their children.
    pub fn reachable(self) -> Vec<Schema<'d>> {
        self.reach(Schema::children)
    }

    /// This schema and all that `next` leads to, resolved, each once, in the order of a depth-first walk.
    fn reach(self, next: impl Fn(Schema<'d>) -> Vec<Schema<'d>>) -> Vec<Schema<'d>> {
        let mut seen = FastSet::default();
        let mut found = Vec::new();
        let mut waiting = vec![self];
        while let Some(schema) = waiting.pop() {
            let schema = Self::new(schema.target());
            if seen.insert(schema.node.id()) {
                found.push(schema);
                waiting.extend(next(schema).into_iter().rev());
            }
        }
        found
    }
}
