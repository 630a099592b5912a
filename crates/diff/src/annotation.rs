//! What an operation says of its life: family, revision, replacement, and the date it will go.

use crate::view::{Operation, Version};
use backshell_source::Node;
use std::collections::{HashMap, HashSet};

/// The days of notice that users must be given when nothing else is said.
pub const NOTICE_DAYS: u32 = 30;

/// `x-ms-api-annotation.family`.
pub(crate) fn family<'d>(operation: &Operation<'d>) -> Option<&'d str> {
    annotation(operation)?.get("family")?.as_str().filter(|family| !family.is_empty())
}

/// The family that an operation is in: the one it names, else one of its own name.
pub(crate) fn family_or_own<'d>(operation: &Operation<'d>) -> Option<&'d str> {
    family(operation).or_else(|| operation.id())
}

/// `x-ms-api-annotation.revision`.
pub(crate) fn revision(operation: &Operation<'_>) -> Option<i64> {
    annotation(operation)?.get("revision")?.as_i64()
}

/// `x-ms-api-annotation.replacement.operationId`.
pub(crate) fn replacement<'d>(operation: &Operation<'d>) -> Option<Node<'d>> {
    annotation(operation)?.get("replacement")?.get("operationId")
}

/// The day an operation will go: `x-sunset` or `expires`, in the operation or its annotation.
pub(crate) fn expiry<'d>(operation: &Operation<'d>) -> Option<Node<'d>> {
    let places = [Some(operation.node()), annotation(operation)];
    places.into_iter().flatten().find_map(|node| node.get("x-sunset").or_else(|| node.get("expires")))
}

/// Days since 1970-01-01 of an ISO date; a time behind it does not matter.
pub(crate) fn day(node: Node<'_>) -> Option<i64> {
    let text = node.as_str()?;
    let (date, rest) = text.split_at_checked(10)?;
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let number = |text: &str, length: usize| {
        (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse::<i64>().ok())?
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let last = usize::try_from(month - 1).ok().and_then(|month| lengths.get(month)).copied()?;
    let is_date = (1..=last).contains(&day) && (rest.is_empty() || rest.starts_with(['T', 't', ' ']));
    is_date.then(|| days(year, month, day))
}

/// Days since 1970-01-01 of a date: the Gregorian calendar, counted in years that begin in March.
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month > 2 { year } else { year - 1 };
    let (era, month) = (shifted.div_euclid(400), (month + 9) % 12);
    let year = shifted.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + of_year - 719_468
}

/// The operations of a version that are not deprecated.
pub(crate) struct Live<'d> {
    ids: HashSet<&'d str>,
    families: HashMap<&'d str, HashSet<Option<&'d str>>>,
}

impl<'d> Live<'d> {
    /// Those of `version`.
    pub(crate) fn of(version: &Version<'d>) -> Self {
        let mut live = Self { ids: HashSet::new(), families: HashMap::new() };
        for operation in version.operations.iter().filter(|operation| !operation.is_deprecated()) {
            live.ids.extend(operation.id());
            if let Some(family) = family_or_own(operation) {
                live.families.entry(family).or_default().insert(operation.id());
            }
        }
        live
    }

    /// Whether one of them is in the family of `operation`, or is the replacement it names.
    pub(crate) fn has_successor(&self, operation: &Operation<'d>) -> bool {
        let is_named = replacement(operation).and_then(Node::as_str).is_some_and(|id| self.ids.contains(id));
        let relatives = family_or_own(operation).and_then(|family| self.families.get(family));
        is_named || relatives.is_some_and(|ids| ids.iter().any(|id| *id != operation.id()))
    }
}

fn annotation<'d>(operation: &Operation<'d>) -> Option<Node<'d>> {
    operation.node().get("x-ms-api-annotation").filter(|node| node.is_object())
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_are_counted() {
        for (text, expected) in [
            ("\"1970-01-01\"", Some(0)),
            ("\"2000-03-01\"", Some(11_017)),
            ("\"2026-01-01T10:00:00Z\"", Some(20_454)),
            ("\"2026-13-01\"", None),
            ("\"2026-02-29\"", None),
            ("\"2028-02-29\"", Some(21_243)),
            ("\"soon\"", None),
            ("7", None),
        ] {
            let parsed = backshell_source::parse_str(text);
            assert_eq!(super::day(parsed.document.unwrap().root()), expected, "{text}");
        }
    }
}
