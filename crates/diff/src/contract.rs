//! Whether two schemas, parameters or headers promise the same, wherever and however they are written.

use crate::shape::Shape;
use backshell_source::Node;
use std::collections::HashSet;

/// The most pairs of schemas that are looked at before two are taken for different.
const MOST_PAIRS: usize = 4_096;

/// Members that are words for people, or that other checks look at.
const WORDS: [&str; 12] = [
    "title",
    "description",
    "summary",
    "example",
    "examples",
    "externalDocs",
    "tags",
    "x-ms-summary",
    "name",
    "in",
    "required",
    "deprecated",
];

/// Members whose schemas are compared one by one.
const STRUCTURE: [&str; 6] = ["properties", "items", "allOf", "additionalProperties", "$ref", "type"];

/// Whether two schemas promise the same: references followed, `allOf` merged, words for people left out. Where it would
/// take too long the answer is no.
pub(crate) fn same_schema<'d>(old: Node<'d>, new: Node<'d>) -> bool {
    let mut waiting = vec![(old, new)];
    let mut seen = HashSet::new();
    while let Some((old, new)) = waiting.pop() {
        if seen.len() >= MOST_PAIRS {
            return false;
        }
        let (old, new) = (Shape::of(old), Shape::of(new));
        if !seen.insert((old.id(), new.id())) {
            continue;
        }
        let additional = |shape: &Shape<'d>| shape.get("additionalProperties").and_then(Node::as_bool) == Some(false);
        let same = old.kind() == new.kind()
            && same_keywords(&old, &new)
            && old.required() == new.required()
            && old.properties().len() == new.properties().len()
            && additional(&old) == additional(&new);
        if !same {
            return false;
        }
        for (one, two) in old.properties().iter().zip(new.properties()) {
            if one.0 != two.0 {
                return false;
            }
            waiting.push((one.1, two.1));
        }
        for pair in [(old.items(), new.items()), (old.additional_schema(), new.additional_schema())] {
            match pair {
                (Some(old), Some(new)) => waiting.push((old, new)),
                (None, None) => {}
                _ => return false,
            }
        }
    }
    true
}

/// Whether two parameters or headers carry the same values; name, place and requiredness aside.
pub(crate) fn same_value<'d>(old: Node<'d>, new: Node<'d>) -> bool {
    match (old.get("schema"), new.get("schema")) {
        (Some(old), Some(new)) => same_schema(old, new),
        (None, None) => same_schema(old, new),
        _ => false,
    }
}

/// Whether both say the same in every member that is neither words nor structure.
fn same_keywords<'d>(old: &Shape<'d>, new: &Shape<'d>) -> bool {
    let counts = |key: &str| !WORDS.contains(&key) && !STRUCTURE.contains(&key);
    let equal = |one: &Shape<'d>, two: &Shape<'d>| {
        one.parts().iter().flat_map(|part| part.members()).filter(|member| !member.shadowed && counts(member.key)).all(
            |member| match (one.get(member.key), two.get(member.key)) {
                (Some(one), Some(two)) => same_list_or_value(member.key, one, two),
                _ => false,
            },
        )
    };
    equal(old, new) && equal(new, old)
}

/// Whether two values of one member are equal; `enum` is a set.
pub(crate) fn same_list_or_value(key: &str, one: Node<'_>, two: Node<'_>) -> bool {
    if one.json_eq(two) {
        return true;
    }
    key == "enum" && crate::fingerprint::value(Some(one)) == crate::fingerprint::value(Some(two))
}
