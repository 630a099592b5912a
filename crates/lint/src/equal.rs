//! Values that are equal as JSON, found in long lists without comparing each with each.

use backshell_model::FastMap;
use backshell_source::{Kind, Node};
use std::hash::{BuildHasher as _, Hash, Hasher};

/// Lists up to this length are compared pair by pair: that needs no memory.
const SHORT: usize = 12;

/// Hands every value that is equal to an earlier one of the list to `report`.
pub(crate) fn repeated<'d>(list: impl Iterator<Item = Node<'d>> + Clone, mut report: impl FnMut(Node<'d>)) {
    if list.clone().nth(SHORT).is_none() {
        for (number, value) in list.clone().enumerate().skip(1) {
            if list.clone().take(number).any(|earlier| same(earlier, value)) {
                report(value);
            }
        }
        return;
    }
    let mut seen = Set::default();
    for value in list {
        if !seen.insert(value) {
            report(value);
        }
    }
}

/// Hands every value of `list` that is equal to none of `known` to `report`.
pub(crate) fn unknown<'d>(
    list: impl Iterator<Item = Node<'d>> + Clone,
    known: impl Iterator<Item = Node<'d>> + Clone,
    mut report: impl FnMut(Node<'d>),
) {
    if list.clone().nth(SHORT).is_none() {
        list.filter(|value| !known.clone().any(|other| same(other, *value))).for_each(report);
        return;
    }
    let mut all = Set::default();
    known.for_each(|value| {
        all.insert(value);
    });
    list.filter(|value| !all.contains(*value)).for_each(&mut report);
}

/// Whether two values are equal as JSON, the common differences first.
fn same(left: Node<'_>, right: Node<'_>) -> bool {
    match (left.kind(), right.kind()) {
        (Kind::String, Kind::String) => left.as_str() == right.as_str(),
        (Kind::Object, Kind::Object) => {
            let mut texts = left.visible_members().filter(|member| member.value.as_str().is_some());
            texts.all(|member| right.get(member.key).and_then(Node::as_str) == member.value.as_str())
                && left.json_eq(right)
        }
        (left_kind, right_kind) => left_kind == right_kind && left.json_eq(right),
    }
}

/// Values by a hash that is the same for equal ones.
#[derive(Default)]
struct Set<'d> {
    values: FastMap<u64, Vec<Node<'d>>>,
}

impl<'d> Set<'d> {
    fn contains(&self, value: Node<'d>) -> bool {
        self.values.get(&self.hash(value)).is_some_and(|list| list.iter().any(|other| same(*other, value)))
    }

    /// Adds a value; `false` when an equal one was there.
    fn insert(&mut self, value: Node<'d>) -> bool {
        let like = self.values.entry(self.hash(value)).or_default();
        let is_new = !like.iter().any(|other| same(*other, value));
        if is_new {
            like.push(value);
        }
        is_new
    }

    /// A sum over what the value holds, each scalar with the way to it, so that the order of members does not matter.
    fn hash(&self, value: Node<'d>) -> u64 {
        let hasher = self.values.hasher();
        // Most lists hold texts.
        if let Some(text) = value.as_str() {
            return hasher.hash_one(text);
        }
        let mut sum = 0_u64;
        let mut waiting = vec![(value, 0)];
        while let Some((node, way)) = waiting.pop() {
            match node.kind() {
                Kind::Array => {
                    waiting.extend((0_usize..).zip(node.items()).map(|(at, item)| (item, hasher.hash_one((way, at)))));
                }
                Kind::Object => {
                    let members = node.visible_members();
                    waiting.extend(members.map(|member| (member.value, hasher.hash_one((way, member.key)))));
                }
                Kind::Null | Kind::Bool | Kind::Number | Kind::String => {}
            }
            let mut state = hasher.build_hasher();
            (way, node.kind()).hash(&mut state);
            match node.kind() {
                Kind::Number => hash_number(node.source(), &mut state),
                Kind::Bool => node.as_bool().hash(&mut state),
                Kind::String => node.as_str().hash(&mut state),
                Kind::Null | Kind::Array | Kind::Object => {}
            }
            sum = sum.wrapping_add(state.finish());
        }
        sum
    }
}

/// Hashes a number by its digits without zeros at either end, and the power of ten of the last one: `10` and `1e1` are one.
fn hash_number(text: &str, state: &mut impl Hasher) {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes()).filter(u8::is_ascii_digit);
    let Some(first) = digits().position(|digit| digit != b'0') else { return };
    let zeros = digits().rev().take_while(|digit| *digit == b'0').count();
    let significant = digits().count() - first - zeros;
    digits().skip(first).take(significant).for_each(|digit| digit.hash(state));
    text.starts_with('-').hash(state);
    let exponent = exponent.parse::<i128>().ok();
    let shift = i128::try_from(zeros).ok().zip(i128::try_from(fraction.len()).ok());
    // An exponent that fits nowhere: such numbers are equal only when they are written alike.
    match exponent.zip(shift) {
        Some((exponent, (zeros, places))) => (exponent + zeros - places).hash(state),
        None => text.hash(state),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_source::{Limits, parse};

    #[test]
    fn hashes_agree_with_equality() {
        let text = r#"[0, -0.0e9, 1, 1.0, 10e-1, 100, 1e2, -1, 10, 1e400, 1e401, true, false, null, "1", "", [], {}, [1, 2],
            [2, 1], [1.0, 2], {"a": 1, "b": [2]}, {"b": [2.0], "a": 1}, {"a": 1}, [[1], 2], {"a": {"b": 1}}, {"b": {"a": 1}}]"#;
        let parsed = parse(text.as_bytes().into(), &Limits::default());
        let document = parsed.document.unwrap();
        let set = Set::default();
        for left in document.root().items() {
            for right in document.root().items() {
                let equal = left.json_eq(right);
                assert_eq!(same(left, right), equal, "{} {}", left.source(), right.source());
                assert_eq!(set.hash(left) == set.hash(right), equal, "{} {}", left.source(), right.source());
            }
        }
    }

    #[test]
    fn long_lists_are_judged_as_short_ones() {
        let list =
            |length: usize| format!("[{}]", (0..length).map(|n| format!("{},", n % 10)).collect::<String>() + "0");
        for (length, expected) in [(5, 1), (11, 2), (1_000, 991)] {
            let document = parse(list(length).into(), &Limits::default()).document.unwrap();
            let mut found = 0;
            repeated(document.root().items(), |_| found += 1);
            assert_eq!(found, expected, "{length}");
        }
    }
}
