//! Misspelt names of extensions. Only where one known name is nearest, and the object does not have it already.

use super::edit::Edits;
use super::{Act, Fix};
use crate::keywords::EXTENSIONS;
use backshell_source::Node;

pub(super) const FIX: Fix =
    Fix { what: "correct misspelt names of extensions", act: Act::Findings(&["BS-ExtensionMisspelt"], mend) };

/// How many letters may differ: with more, it is a guess.
const FARTHEST: usize = 2;

/// The place is the member with the misspelt name.
fn mend(member: Node<'_>, edits: &mut Edits<'_>) {
    let (Some(name), Some(span), Some(object)) = (member.key(), member.key_span(), member.parent()) else { return };
    let Some(meant) = meant(name) else { return };
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
