//! Paths into schemas: what a text such as `data/items/id` names in the answer of an operation.
//!
//! Such a path is a JSON pointer without the slash in front; arrays on the way are stepped into.

use crate::shape::Shape;
use backshell_source::Node;
use std::borrow::Cow;

/// More levels are not looked into.
const MOST_STEPS: usize = 256;

/// Where a path leads to.
#[derive(Clone, Debug)]
pub(crate) enum Found<'d> {
    /// To a schema.
    Schema(Shape<'d>),
    /// To a property that is not among those of its object.
    Missing,
    /// Into something that does not say what it holds.
    Unknown,
}

/// Where `path` leads to from `root`; the empty path leads to the root itself.
pub(crate) fn follow<'d>(root: Node<'d>, path: &str) -> Found<'d> {
    let path = path.strip_prefix('/').unwrap_or(path);
    if path.is_empty() {
        return Found::Schema(Shape::of(root));
    }
    match walk(root, path.split('/')) {
        // The name itself may hold a slash.
        Found::Missing if path.contains('/') => match walk(root, std::iter::once(path)) {
            Found::Missing => Found::Missing,
            other => other,
        },
        other => other,
    }
}

/// The schema of the answer of an operation: that of its first success response with one.
pub(crate) fn answer<'d>(operation: &crate::view::Operation<'d>) -> Option<Node<'d>> {
    operation.success_responses().find_map(backshell_package::Response::schema).map(backshell_package::Schema::node)
}

fn walk<'d, 'p>(root: Node<'d>, path: impl Iterator<Item = &'p str>) -> Found<'d> {
    let mut shape = Shape::of(root);
    for (level, token) in path.enumerate() {
        let Some(object) = element(shape).filter(|_| level < MOST_STEPS) else { return Found::Unknown };
        let Some(property) = object.property(&name(token)) else {
            return if is_open(&object) { Found::Unknown } else { Found::Missing };
        };
        shape = Shape::of(property);
    }
    Found::Schema(shape)
}

/// What an array holds, however nested; anything else is its own. `None` when an array does not say it.
fn element(mut shape: Shape<'_>) -> Option<Shape<'_>> {
    for _ in 0..MOST_STEPS {
        if shape.kind() != Some("array") {
            return Some(shape);
        }
        shape = Shape::of(shape.items()?);
    }
    None
}

fn name(token: &str) -> Cow<'_, str> {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
}

/// Whether a schema may hold properties that it does not name.
fn is_open(shape: &Shape<'_>) -> bool {
    let has_more = shape.get("additionalProperties").is_some_and(|more| more.as_bool() != Some(false));
    let is_fetched = ["x-ms-dynamic-schema", "x-ms-dynamic-properties", "discriminator"];
    shape.properties().is_empty() || has_more || is_fetched.into_iter().any(|key| shape.get(key).is_some())
}

#[cfg(test)]
mod tests {
    use super::{Found, follow};

    #[test]
    fn paths() {
        let schema = r#"{ "type": "object", "properties": {
            "data": { "type": "array", "items": { "properties": { "id": { "type": "string" } },
                "allOf": [{ "properties": { "name": { "type": "string" } } }] } },
            "free": { "type": "object" }, "a/b": { "type": "string" }, "list": { "type": "array" },
            "fetched": { "properties": { "x": {} }, "x-ms-dynamic-schema": {} } } }"#;
        let parsed = backshell_source::parse_str(schema);
        let document = parsed.document.unwrap();
        for (path, expected) in [
            ("", "found"),
            ("data", "found"),
            ("/data/id", "found"),
            ("data/name", "found"),
            ("data/other", "missing"),
            ("other", "missing"),
            ("a/b", "found"),
            ("a~1b", "found"),
            ("a/c", "missing"),
            ("free/x", "unknown"),
            ("fetched/y", "unknown"),
            ("list/x", "unknown"),
        ] {
            let found = match follow(document.root(), path) {
                Found::Schema(_) => "found",
                Found::Missing => "missing",
                Found::Unknown => "unknown",
            };
            assert_eq!(found, expected, "{path}");
        }
    }
}
