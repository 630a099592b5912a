//! A schema with everything in its place: references followed, `allOf` merged, nothing copied.

use backshell_package::Schema;
use backshell_source::{Kind, Node};
use std::collections::HashSet;

/// The most parts of an `allOf`, however nested, that are merged.
pub(crate) const MOST_PARTS: usize = 512;

/// The merged view of a schema, a parameter, a header or the `items` of one. Where parts contradict each other, the
/// stricter bound counts, and the first part for everything else.
#[derive(Clone, Debug)]
pub(crate) struct Shape<'d> {
    declared: Node<'d>,
    parts: Vec<Node<'d>>,
    properties: Vec<(&'d str, Node<'d>)>,
    required: Vec<&'d str>,
    was_cut: bool,
}

impl<'d> Shape<'d> {
    /// The view of what stands at `declared`.
    pub(crate) fn of(declared: Node<'d>) -> Self {
        let target = Schema::new(declared).target();
        let mut shape =
            Self { declared, parts: Vec::new(), properties: Vec::new(), required: Vec::new(), was_cut: false };
        if target.get("allOf").is_some() {
            shape.merge(target);
        } else {
            shape.parts.push(target);
        }
        for part in &shape.parts {
            let properties = part.get("properties").map(Node::members).into_iter().flatten();
            shape
                .properties
                .extend(properties.filter(|member| !member.shadowed).map(|member| (member.key, member.value)));
            let required = part.get("required").map(Node::items).into_iter().flatten();
            shape.required.extend(required.filter_map(Node::as_str));
        }
        // Stable, so that of several properties with one name the first part's stays.
        shape.properties.sort_by_key(|(name, _)| *name);
        shape.properties.dedup_by_key(|(name, _)| *name);
        shape.required.sort_unstable();
        shape.required.dedup();
        shape
    }

    /// Collects the target and everything in its `allOf`, each once, parents before their branches.
    fn merge(&mut self, target: Node<'d>) {
        let mut seen = HashSet::new();
        let mut waiting = vec![target];
        while let Some(part) = waiting.pop() {
            let part = Schema::new(part).target();
            if !seen.insert(part.id()) {
                continue;
            }
            if self.parts.len() >= MOST_PARTS {
                self.was_cut = true;
                return;
            }
            self.parts.push(part);
            let branches: Vec<_> = part.get("allOf").into_iter().flat_map(Node::items).take(MOST_PARTS + 1).collect();
            self.was_cut |= branches.len() > MOST_PARTS;
            waiting.extend(branches.into_iter().filter(|node| node.is_object()).rev());
        }
    }

    /// What stands in the place itself: the schema or a reference to it.
    pub(crate) fn declared(&self) -> Node<'d> {
        self.declared
    }

    /// The schema, its reference followed.
    pub(crate) fn node(&self) -> Node<'d> {
        self.parts.first().copied().unwrap_or(self.declared)
    }

    /// Names the schema within its document.
    pub(crate) fn id(&self) -> u32 {
        self.node().id()
    }

    /// The schema and the branches of its `allOf`, references followed.
    pub(crate) fn parts(&self) -> &[Node<'d>] {
        &self.parts
    }

    /// Whether it is a reference that leads nowhere.
    pub(crate) fn is_broken(&self) -> bool {
        self.node().get("$ref").is_some_and(|reference| reference.as_str().is_some())
    }

    /// Whether there were too many branches to merge.
    pub(crate) fn was_cut(&self) -> bool {
        self.was_cut
    }

    /// A member: of the schema, else of the first branch that has it.
    pub(crate) fn get(&self, name: &str) -> Option<Node<'d>> {
        self.parts.iter().find_map(|part| part.get(name))
    }

    /// The text of a member.
    pub(crate) fn text(&self, name: &str) -> Option<&'d str> {
        self.get(name)?.as_str()
    }

    /// Whether a member is `true` in any branch.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part.get(name).and_then(Node::as_bool) == Some(true))
    }

    /// `type` as written; where it is a list, its first word that is not `null`.
    pub(crate) fn declared_kind(&self) -> Option<&'d str> {
        let node = self.get("type")?;
        node.as_str().or_else(|| node.items().filter_map(Node::as_str).find(|word| *word != "null"))
    }

    /// `type`; where it is absent, what `properties`, `additionalProperties` or `items` imply. `None`: anything.
    pub(crate) fn kind(&self) -> Option<&'d str> {
        let implied = || {
            if !self.properties.is_empty() || self.get("additionalProperties").is_some_and(Node::is_object) {
                Some("object")
            } else {
                self.get("items").map(|_| "array")
            }
        };
        self.declared_kind().or_else(implied)
    }

    /// The properties, sorted by name; a schema each, as it stands.
    pub(crate) fn properties(&self) -> &[(&'d str, Node<'d>)] {
        &self.properties
    }

    /// The schema of a property.
    pub(crate) fn property(&self, name: &str) -> Option<Node<'d>> {
        let at = self.properties.binary_search_by_key(&name, |(name, _)| *name).ok()?;
        self.properties.get(at).map(|(_, node)| *node)
    }

    /// The names in `required`, sorted.
    pub(crate) fn required(&self) -> &[&'d str] {
        &self.required
    }

    /// Whether the name is in `required`.
    pub(crate) fn requires(&self, name: &str) -> bool {
        self.required.binary_search(&name).is_ok()
    }

    /// `items`; where it is a list, the first.
    pub(crate) fn items(&self) -> Option<Node<'d>> {
        let node = self.get("items")?;
        let node = if node.is_array() { node.items().next()? } else { node };
        node.is_object().then_some(node)
    }

    /// `additionalProperties` where it is a schema.
    pub(crate) fn additional_schema(&self) -> Option<Node<'d>> {
        self.get("additionalProperties").filter(|node| node.is_object())
    }

    /// Whether keys beside the properties are refused.
    pub(crate) fn is_closed(&self) -> bool {
        self.parts.iter().any(|part| part.get("additionalProperties").and_then(Node::as_bool) == Some(false))
    }

    /// `enum`: the values that all branches allow, in the order of the first; `None` when any value is.
    pub(crate) fn enum_values(&self) -> Option<Vec<Node<'d>>> {
        let mut lists = self.parts.iter().filter_map(|part| part.get("enum")).filter(|node| node.kind() == Kind::Array);
        let mut values: Vec<_> = lists.next()?.items().collect();
        for list in lists {
            values.retain(|value| list.items().any(|other| other.json_eq(*value)));
        }
        Some(values)
    }

    /// An upper bound (`maximum`, `maxLength`, ...): the lowest of all branches.
    pub(crate) fn upper(&self, name: &str) -> Option<Node<'d>> {
        self.bounds(name).min_by(|one, two| one.1.total_cmp(&two.1)).map(|(node, _)| node)
    }

    /// A lower bound (`minimum`, `minLength`, ...): the highest of all branches.
    pub(crate) fn lower(&self, name: &str) -> Option<Node<'d>> {
        self.bounds(name).max_by(|one, two| one.1.total_cmp(&two.1)).map(|(node, _)| node)
    }

    fn bounds(&self, name: &str) -> impl Iterator<Item = (Node<'d>, f64)> {
        self.parts.iter().filter_map(move |part| {
            let node = part.get(name)?;
            Some((node, node.as_f64()?))
        })
    }
}
