//! Paths into schemas: which property a text such as `data/items/id` names.
//!
//! Such a path is a JSON pointer without the slash in front; an array on the way is stepped into. A schema that does not
//! say what it holds (no properties, more properties than named, one that is fetched at run time) ends the walk: what is
//! not known is not wrong.

use crate::dynamic;
use crate::usage::is_internal;
use crate::view::Context;
use backshell_source::Node;
use std::borrow::Cow;

/// More entries of an `allOf`, or more levels, are not looked into.
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
        /// Whether it is internal, or something on the way to it is.
        hidden: bool,
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

/// A schema with everything in its `allOf`, references followed. `None` when that is not known: a part cannot be found, or
/// there are too many, for this schema or for all that were asked for.
pub(crate) fn parts<'d>(context: &Context<'d>, schema: Node<'d>) -> Option<Vec<Node<'d>>> {
    let steps = &context.lookups.steps;
    let mut parts = vec![context.schema(schema).filter(|schema| steps.take(1, *schema))?];
    let mut next = 0;
    // What counts is what was looked at: many entries may refer to one part.
    let mut entries = 0;
    while let Some(part) = parts.get(next) {
        for inner in part.get("allOf").into_iter().flat_map(Node::items) {
            entries += 1;
            if entries > MOST_STEPS {
                context.lookups.deep.end(inner);
                return None;
            }
            if !steps.take(1, inner) {
                return None;
            }
            let inner = context.schema(inner)?;
            if !parts.contains(&inner) {
                parts.push(inner);
            }
        }
        next += 1;
    }
    Some(parts)
}

/// The property of this name of one of the parts of a schema, as it is written.
pub(crate) fn written<'d>(parts: &[Node<'d>], name: &str) -> Option<Node<'d>> {
    parts.iter().find_map(|part| part.get("properties")?.get(name))
}

/// The type of a schema, its own or that of a part, when it has exactly one.
pub(crate) fn type_of<'d>(context: &Context<'d>, schema: Node<'d>) -> Option<&'d str> {
    match schema.get("type") {
        Some(type_name) => type_name.as_str(),
        None => parts(context, schema)?.into_iter().find_map(|part| part.get("type")).and_then(Node::as_str),
    }
}

/// Whether one of the parts of a schema demands the property.
pub(crate) fn demands(context: &Context<'_>, parts: &[Node<'_>], name: &str) -> bool {
    let mut listed = 0;
    let demands = demanded(parts).inspect(|_| listed += 1).any(|demanded| demanded == name);
    context.lookups.steps.count(listed);
    demands
}

/// The names of the properties that the parts of a schema demand.
pub(crate) fn demanded<'d>(parts: &[Node<'d>]) -> impl Iterator<Item = &'d str> {
    parts.iter().filter_map(|part| part.get("required")).flat_map(Node::items).filter_map(Node::as_str)
}

/// The names that a schema demands, for whoever asks for many of them.
#[derive(Default)]
pub(crate) struct Demands<'d>(Option<Vec<&'d str>>);

impl<'d> Demands<'d> {
    /// Whether one of the parts demands the property; these are the same each time.
    pub(crate) fn of(&mut self, context: &Context<'d>, parts: &[Node<'d>], name: &str) -> bool {
        let sorted = || {
            let mut names: Vec<_> = demanded(parts).collect();
            names.sort_unstable();
            if parts.len() > 1 {
                context.lookups.steps.count(names.len());
            }
            names
        };
        self.0.get_or_insert_with(sorted).binary_search(&name).is_ok()
    }
}

/// Whether an object may hold what its schema does not say: it names no properties, or allows others.
pub(crate) fn is_vague<'d>(context: &Context<'d>, schema: Node<'d>) -> bool {
    parts(context, schema).is_none_or(|parts| !is_closed(&parts))
}

fn walk<'d, 'p>(context: &Context<'d>, root: Node<'d>, path: impl Iterator<Item = &'p str>) -> Found<'d> {
    let Some(mut node) = context.schema(root) else { return Found::Unknown };
    let mut optional = None;
    let mut hidden = is_internal(node);
    for (level, token) in path.enumerate() {
        if level == MOST_STEPS {
            context.lookups.deep.end(node);
            return Found::Unknown;
        }
        match step(context, node, &name(token)) {
            Found::Schema { node: inner, optional: missing, hidden: is_hidden } => {
                node = inner;
                optional = optional.or(missing);
                hidden |= is_hidden;
            }
            other => return other,
        }
    }
    Found::Schema { node, optional, hidden }
}

fn name(token: &str) -> Cow<'_, str> {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
}

fn step<'d>(context: &Context<'d>, schema: Node<'d>, name: &str) -> Found<'d> {
    let mut schema = schema;
    let mut around = false;
    for _ in 0..MOST_STEPS {
        if !context.lookups.steps.take(1, schema) {
            return Found::Unknown;
        }
        if type_of(context, schema) != Some("array") {
            return match property(context, schema, name) {
                Found::Schema { node, optional, hidden } => Found::Schema { node, optional, hidden: hidden || around },
                other => other,
            };
        }
        match items(context, schema) {
            Some(inner) => schema = inner,
            None => return Found::Unknown,
        }
        // No name leads to the items, and they may be internal all the same.
        around |= is_internal(schema);
    }
    context.lookups.deep.end(schema);
    Found::Unknown
}

/// The property of this name, taken as one name, of an object.
pub(crate) fn property<'d>(context: &Context<'d>, schema: Node<'d>, name: &str) -> Found<'d> {
    let Some(parts) = parts(context, schema) else { return Found::Unknown };
    if let Some(written) = written(&parts, name) {
        let optional = (!demands(context, &parts, name)).then_some(written);
        let found = |node| Found::Schema { node, optional, hidden: is_internal(node) };
        return context.schema(written).map_or(Found::Unknown, found);
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
    // Asked for by name: of the members of a schema there may be many, and this is asked again and again.
    let has = |name: &str| schema.get(name).is_some();
    schema.get("additionalProperties").is_some_and(|additional| additional.as_bool() != Some(false))
        || ["discriminator", "oneOf", "anyOf", "patternProperties"].into_iter().any(has)
        || dynamic::Kind::ALL.into_iter().map(dynamic::Kind::as_str).any(has)
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
