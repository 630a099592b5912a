//! A Swagger schema as one view: references followed, `allOf` flattened, every keyword asked of all parts together.

use backshell_source::{Kind, Node};
use serde_json::{Map, Value};

/// Deepest example or default that is copied out of a definition.
const MAX_LITERAL_DEPTH: usize = 64;
/// Most schema objects that one view is made of; a definition with more is read up to here.
const MAX_PARTS: usize = 256;

/// Finds what a `$ref` names.
pub(crate) type Resolve<'d, 'r> = &'r dyn Fn(&str) -> Option<Node<'d>>;

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Type {
    /// Reads the name of a type. `file` is text here: only a whole answer can be a file, and that is seen before.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "null" => Self::Null,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "string" | "file" => Self::String,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => return None,
        })
    }

    /// The name, with its article, for messages.
    pub(crate) const fn with_article(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }

    /// Whether `value` is of this type.
    pub(crate) fn admits(self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Boolean => value.is_boolean(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Number => value.is_number(),
            Self::String => value.is_string(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
        }
    }
}

/// All schema objects that a value must fit at once.
#[derive(Debug)]
pub(crate) struct View<'d> {
    pub(crate) parts: Vec<Node<'d>>,
}

impl<'d> View<'d> {
    /// Follows references and flattens `allOf`, cycle safe. A reference that leads nowhere demands nothing.
    pub(crate) fn of(schemas: &[Node<'d>], resolve: Resolve<'d, '_>) -> Self {
        let mut parts: Vec<Node<'d>> = Vec::new();
        let mut seen: Vec<Node<'d>> = Vec::new();
        let mut open: Vec<Node<'d>> = schemas.iter().rev().copied().collect();
        while let Some(node) = open.pop() {
            if seen.contains(&node) || seen.len() >= MAX_PARTS {
                continue;
            }
            seen.push(node);
            if let Some(reference) = node.get("$ref").and_then(Node::as_str) {
                open.extend(resolve(reference));
                continue;
            }
            if node.is_object() {
                parts.push(node);
            }
            if let Some(all) = node.get("allOf") {
                let members: Vec<_> = all.items().collect();
                open.extend(members.into_iter().rev());
            }
        }
        Self { parts }
    }

    /// The first value that a part gives for `keyword`.
    pub(crate) fn get(&self, keyword: &str) -> Option<Node<'d>> {
        self.parts.iter().find_map(|part| part.get(keyword))
    }

    /// The first text that a part gives for `keyword`.
    pub(crate) fn text(&self, keyword: &str) -> Option<&'d str> {
        self.parts.iter().find_map(|part| part.get(keyword)?.as_str())
    }

    /// The types that are allowed, as the first part that declares any says; empty where none does.
    pub(crate) fn declared_types(&self) -> Vec<Type> {
        self.parts.iter().map(|part| types(*part)).find(|types| !types.is_empty()).unwrap_or_default()
    }

    /// The type to make: the declared one, else the one that the other keywords speak of.
    pub(crate) fn kind(&self) -> Option<Type> {
        let declared = self.declared_types();
        if let Some(first) = declared.iter().find(|kind| **kind != Type::Null).or(declared.first()) {
            return Some(*first);
        }
        let any = |keywords: &[&str]| keywords.iter().any(|keyword| self.get(keyword).is_some());
        if any(&["properties", "additionalProperties", "minProperties"]) {
            Some(Type::Object)
        } else if any(&["items", "minItems"]) {
            Some(Type::Array)
        } else if any(&["pattern", "minLength", "maxLength"]) {
            Some(Type::String)
        } else {
            None
        }
    }

    /// Whether `null` is allowed beside the declared type.
    pub(crate) fn nullable(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| nullable(*part))
    }

    /// The names of all properties, in order, each once.
    pub(crate) fn property_names(&self) -> Vec<&'d str> {
        let mut names: Vec<&'d str> = Vec::new();
        for part in &self.parts {
            for member in part.get("properties").into_iter().flat_map(Node::members) {
                if !member.shadowed && !names.contains(&member.key) {
                    names.push(member.key);
                }
            }
        }
        names
    }

    /// What all parts say about the property `name`.
    pub(crate) fn property(&self, name: &str) -> Vec<Node<'d>> {
        self.parts.iter().filter_map(|part| part.get("properties")?.get(name)).collect()
    }

    /// The schemas of properties that are not named.
    pub(crate) fn additional(&self) -> Vec<Node<'d>> {
        self.parts.iter().filter_map(|part| part.get("additionalProperties")).filter(|node| node.is_object()).collect()
    }

    /// Whether properties that are not named are forbidden.
    pub(crate) fn closed(&self) -> bool {
        self.parts.iter().any(|part| part.get("additionalProperties").and_then(Node::as_bool) == Some(false))
    }

    /// The names of the properties that must be there.
    pub(crate) fn required(&self) -> Vec<&'d str> {
        let mut names: Vec<&'d str> = Vec::new();
        for name in self.parts.iter().filter_map(|part| part.get("required")).flat_map(Node::items) {
            if let Some(name) = name.as_str().filter(|name| !names.contains(name)) {
                names.push(name);
            }
        }
        names
    }

    /// The strictest lower bound that `keyword` gives.
    pub(crate) fn at_least(&self, keyword: &str) -> Option<f64> {
        self.bounds(keyword).reduce(f64::max)
    }

    /// The strictest upper bound that `keyword` gives.
    pub(crate) fn at_most(&self, keyword: &str) -> Option<f64> {
        self.bounds(keyword).reduce(f64::min)
    }

    /// A lower bound on a number of things, as a count.
    pub(crate) fn count_at_least(&self, keyword: &str) -> usize {
        self.bounds(keyword).filter_map(count).max().unwrap_or(0)
    }

    /// An upper bound on a number of things, as a count.
    pub(crate) fn count_at_most(&self, keyword: &str) -> usize {
        self.bounds(keyword).filter_map(count).min().unwrap_or(usize::MAX)
    }

    fn bounds(&self, keyword: &str) -> impl Iterator<Item = f64> {
        self.parts.iter().filter_map(move |part| part.get(keyword)?.as_f64())
    }
}

/// The types that one schema object declares; empty where it declares none that is known.
pub(crate) fn types(part: Node<'_>) -> Vec<Type> {
    let Some(declared) = part.get("type") else { return Vec::new() };
    match declared.as_str() {
        Some(name) => Type::from_name(name).into_iter().collect(),
        None => declared.items().filter_map(|name| Type::from_name(name.as_str()?)).collect(),
    }
}

/// Whether one schema object says that `null` will do.
pub(crate) fn nullable(part: Node<'_>) -> bool {
    part.get("x-nullable").and_then(Node::as_bool) == Some(true)
}

/// A bound as a count; `None` for what is negative or no number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked, and a cast saturates anyway")]
pub(crate) fn count(bound: f64) -> Option<usize> {
    (bound >= 0.0).then_some(bound as usize)
}

/// A value of the definition as JSON; `None` where it is nested too deep or holds a number beyond all bounds.
pub(crate) fn literal(node: Node<'_>) -> Option<Value> {
    fn at(node: Node<'_>, depth: usize) -> Option<Value> {
        if depth > MAX_LITERAL_DEPTH {
            return None;
        }
        Some(match node.kind() {
            Kind::Null => Value::Null,
            Kind::Bool => Value::Bool(node.as_bool()?),
            Kind::Number => Value::Number(node.number_text()?.parse().ok()?),
            Kind::String => Value::String(node.as_str()?.to_owned()),
            Kind::Array => Value::Array(node.items().map(|item| at(item, depth + 1)).collect::<Option<_>>()?),
            Kind::Object => {
                let mut object = Map::new();
                for member in node.members().filter(|member| !member.shadowed) {
                    object.insert(member.key.to_owned(), at(member.value, depth + 1)?);
                }
                Value::Object(object)
            }
        })
    }
    at(node, 0)
}

/// Whether two values are equal as JSON: 1 and 1.0 are the same number.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}
