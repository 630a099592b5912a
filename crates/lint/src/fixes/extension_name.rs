//! Misspelt names of extensions. Only where one known name is nearest, and the object does not have it already; and only
//! extensions that are for reading. A misspelt one does nothing, so that correcting its name switches it on: `x-ms-triger` would
//! make a trigger of an action, `x-ms-visibilty` would take a field away from people who use it. Such a correction needs a
//! decision, and the rule advises it.

use super::edit::Edits;
use super::{Act, Fix};
use crate::keywords::EXTENSIONS;
use backshell_source::Node;

pub(super) const FIX: Fix = Fix {
    what: "correct misspelt names of extensions that are only read by people",
    act: Act::Findings(&["BS-ExtensionMisspelt"], mend),
};

/// What may be switched on without asking: texts that people are shown, and what the catalogue says of the connector. None of
/// them changes which requests are made, what is in them, or which fields and operations there are.
const FOR_READING: &[&str] = &[
    // The label of an operation, a field or an answer.
    "x-ms-summary",
    // The hint under the name of a trigger.
    "x-ms-trigger-hint",
    // Website, privacy policy and categories in the catalogue.
    "x-ms-connector-metadata",
    // Words by which the catalogue finds the connector.
    "x-ms-keywords",
];

/// How many letters may differ: with more, it is a guess.
const FARTHEST: usize = 2;

/// The place is the member with the misspelt name.
fn mend(member: Node<'_>, edits: &mut Edits<'_>) {
    let (Some(name), Some(span), Some(object)) = (member.key(), member.key_span(), member.parent()) else { return };
    let Some(meant) = meant(name).filter(|meant| FOR_READING.contains(meant)) else { return };
    let rivals = object.members().filter(|other| other.key == meant || self::meant(other.key) == Some(meant)).count();
    if rivals == 1 {
        edits.replace(span, format!("\"{meant}\""));
    }
}

/// The known name that is nearest; `None` when it is known itself, when two are equally near, and when none is near.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    if EXTENSIONS.contains(&name) || !name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("x-ms-")) {
        return None;
    }
    let name: String = name.chars().filter(|letter| !matches!(letter, ' ' | ':')).collect::<String>().to_lowercase();
    let near = EXTENSIONS
        .iter()
        .filter(|known| known.len().abs_diff(name.len()) <= FARTHEST)
        .map(|known| (strsim::damerau_levenshtein(&name, &known.to_ascii_lowercase()), *known));
    let mut near: Vec<(usize, &str)> = near.filter(|(distance, _)| *distance <= FARTHEST).collect();
    near.sort_unstable();
    match near.as_slice() {
        [(_, only)] => Some(only),
        [(first, nearest), (second, _), ..] if first < second => Some(nearest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mended_exists() {
        assert!(FOR_READING.iter().all(|name| EXTENSIONS.contains(name)));
    }

    #[test]
    fn only_what_is_near_one_name() {
        for (name, expected) in [
            ("x-ms-visibilty", Some("x-ms-visibility")),
            ("x-ms-summmary", Some("x-ms-summary")),
            ("x-ms-api-annotations", Some("x-ms-api-annotation")),
            ("X-MS-Summary:", Some("x-ms-summary")),
            ("x-ms-summary", None),
            ("x-ms-summary title", None),
            ("x-summary", None),
            ("x-ms-trigger-hint", None),
        ] {
            assert_eq!(meant(name), expected, "{name}");
        }
    }
}
