//! Paths into schemas: which property a text such as `data/items/id` names.
//!
//! Such a path is a JSON pointer without the slash in front; an array on the way is stepped into. A schema that does not
//! say what it holds (no properties, more properties than named, one that is fetched at run time) ends the walk: what is
//! not known is not wrong.

use crate::dynamic;
use crate::view::Context;
use backshell_source::Node;
use std::borrow::Cow;

/// More parts of an `allOf`, or more levels, are not looked into.
const MOST_STEPS: usize = 256;

/// Where a path leads to.
#[derive(Clone, Copy)]
pub(crate) enum Found<'d> {
    /// To a schema.
    Schema {
        /// The schema, references followed.
        node: Node<'d>,
        /// The first level on the way that is not in the `required` of the schema around it; `None` when all of them are.
        optional: Option<Node<'d>>,
    },
    /// To a property that a closed schema does not have.
    Missing,
    /// Nobody can tell.
    Unknown,
}

/// Where `path` leads to from the schema `root`; the empty path leads to the schema itself.
pub(crate) fn follow<'d>(context: &Context<'d>, root: Node<'d>, path: &str) -> Found<'d> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let found = walk(context, root, path.split('/').filter(|_| !path.is_empty()));
    match found {
        // The name itself may hold a slash.
        Found::Missing if path.contains('/') => match walk(context, root, std::iter::once(path)) {
            Found::Missing => Found::Missing,
            other => other,
        },
        other => other,
    }
}

/// The items of an array, references followed; `None` when it does not say what they are.
pub(crate) fn items<'d>(context: &Context<'d>, array: Node<'d>) -> Option<Node<'d>> {
    context.schema(array.get("items").filter(|items| items.is_object())?)
}

/// A schema with everything in its `allOf`, references followed. `None` when a part cannot be found.
pub(crate) fn parts<'d>(context: &Context<'d>, schema: Node<'d>) -> Option<Vec<Node<'d>>> {
    let mut parts = vec![context.schema(schema)?];
    let mut next = 0;
    while let Some(part) = parts.get(next) {
        for inner in part.get("allOf").into_iter().flat_map(Node::items) {
            let inner = context.schema(inner)?;
            if !parts.contains(&inner) {
                parts.push(inner);
            }
            if parts.len() > MOST_STEPS {
                return None;
            }
        }
        next += 1;
    }
    Some(parts)
}

/// The type of a schema, its own or that of a part, when it has exactly one.
pub(crate) fn type_of<'d>(context: &Context<'d>, schema: Node<'d>) -> Option<&'d str> {
    match schema.get("type") {
        Some(type_name) => type_name.as_str(),
        None => parts(context, schema)?.into_iter().find_map(|part| part.get("type")).and_then(Node::as_str),
    }
}

/// Whether one of the parts of a schema demands the property.
pub(crate) fn demands(parts: &[Node<'_>], name: &str) -> bool {
    let lists = parts.iter().filter_map(|part| part.get("required"));
    lists.flat_map(Node::items).any(|listed| listed.as_str() == Some(name))
}

/// Whether an object may hold what its schema does not say: it names no properties, or allows others.
pub(crate) fn is_vague<'d>(context: &Context<'d>, schema: Node<'d>) -> bool {
    parts(context, schema).is_none_or(|parts| !is_closed(&parts))
}

fn walk<'d, 'p>(context: &Context<'d>, root: Node<'d>, path: impl Iterator<Item = &'p str>) -> Found<'d> {
    let Some(mut node) = context.schema(root) else { return Found::Unknown };
    let mut optional = None;
    for (level, token) in path.enumerate() {
        if level == MOST_STEPS {
            return Found::Unknown;
        }
        match step(context, node, &name(token)) {
            Found::Schema { node: inner, optional: missing } => {
                node = inner;
                optional = optional.or(missing);
            }
            other => return other,
        }
    }
    Found::Schema { node, optional }
}

fn name(token: &str) -> Cow<'_, str> {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
}

fn step<'d>(context: &Context<'d>, schema: Node<'d>, name: &str) -> Found<'d> {
    let mut schema = schema;
    for _ in 0..MOST_STEPS {
        if type_of(context, schema) != Some("array") {
            return property(context, schema, name);
        }
        match items(context, schema) {
            Some(inner) => schema = inner,
            None => return Found::Unknown,
        }
    }
    Found::Unknown
}

/// The property of this name, taken as one name, of an object.
pub(crate) fn property<'d>(context: &Context<'d>, schema: Node<'d>, name: &str) -> Found<'d> {
    let Some(parts) = parts(context, schema) else { return Found::Unknown };
    let properties = || parts.iter().filter_map(|part| part.get("properties"));
    if let Some(written) = properties().find_map(|properties| properties.get(name)) {
        let optional = (!demands(&parts, name)).then_some(written);
        return context.schema(written).map_or(Found::Unknown, |node| Found::Schema { node, optional });
    }
    if is_closed(&parts) { Found::Missing } else { Found::Unknown }
}

/// Whether the parts of a schema name all properties that there are.
fn is_closed(parts: &[Node<'_>]) -> bool {
    let mut properties = parts.iter().filter_map(|part| part.get("properties"));
    properties.any(|properties| !properties.is_empty()) && !parts.iter().any(|part| is_open(*part))
}

/// Whether a schema may hold properties that it does not name.
fn is_open(schema: Node<'_>) -> bool {
    schema.members().any(|member| match member.key {
        "additionalProperties" => member.value.as_bool() != Some(false),
        "discriminator" | "oneOf" | "anyOf" | "patternProperties" => true,
        key => dynamic::Kind::of(key).is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Context;
    use backshell_package::{Limits, read_files};

    #[test]
    fn paths() {
        let definition = r##"{ "definitions": {
            "Page": { "type": "object", "required": ["data"], "properties": {
                "data": { "type": "array", "items": { "$ref": "#/definitions/Item" } },
                "free": { "type": "object" }, "a/b": { "type": "string" }, "loop": { "$ref": "#/definitions/Loop" },
                "fetched": { "type": "object", "properties": { "x": {} }, "x-ms-dynamic-schema": {} },
                "more": { "properties": { "x": {} }, "additionalProperties": true } } },
            "Item": { "required": ["name"], "properties": { "id": { "type": "string" } },
                "allOf": [{ "properties": { "name": { "type": "string" } } }, { "$ref": "#/definitions/Item" }] },
            "Loop": { "$ref": "#/definitions/Loop" } } }"##;
        let files = vec![("apiDefinition.swagger.json".to_owned(), definition.as_bytes().into())];
        let read = read_files("package", files, &Limits::default());
        let root = read.package.definition.as_ref().unwrap().document.root();
        let facts = crate::Facts::default();
        let context = Context::new(&read, root, &facts);
        let page = root.get("definitions").and_then(|definitions| definitions.get("Page")).unwrap();
        for (path, expected) in [
            ("", "required"),
            ("data", "required"),
            ("data/name", "required"),
            ("/data/name", "required"),
            ("data/id", "optional"),
            ("data/other", "missing"),
            ("other", "missing"),
            ("a/b", "optional"),
            ("a~1b", "optional"),
            ("a/c", "missing"),
            ("free/x", "unknown"),
            ("loop", "unknown"),
            ("fetched/y", "unknown"),
            ("more/y", "unknown"),
            ("more/x", "optional"),
            ("data/name/x", "unknown"),
        ] {
            let found = match follow(&context, page, path) {
                Found::Schema { optional: None, .. } => "required",
                Found::Schema { optional: Some(_), .. } => "optional",
                Found::Missing => "missing",
                Found::Unknown => "unknown",
            };
            assert_eq!(found, expected, "{path}");
        }
    }
}
