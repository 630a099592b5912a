//! Longest-prefix match over all published ranges.
//!
//! Ranges only nest, so they can be cut into intervals that do not overlap, each with the value of the longest range over
//! it. An address is then found by one binary search in a sorted list; nothing is allocated and no pointer is followed.

use crate::grade::Ranged;
use ipnet::IpNet;
use std::net::IpAddr;

/// A published range: where, what it says, and which file says so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) net: IpNet,
    pub(super) says: Ranged,
    /// The file's number in the base.
    pub(super) source: u16,
}

/// All ranges of all files.
#[derive(Debug, Default)]
pub(super) struct RangeTable {
    v4: Intervals<u32>,
    v6: Intervals<u128>,
}

impl RangeTable {
    pub(super) fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for entry in entries {
            let value = Value { says: entry.says, source: entry.source };
            match entry.net {
                IpNet::V4(net) => v4.push((u32::from(net.network()), u32::from(net.broadcast()), value)),
                IpNet::V6(net) => v6.push((u128::from(net.network()), u128::from(net.broadcast()), value)),
            }
        }
        Self { v4: Intervals::new(v4), v6: Intervals::new(v6) }
    }

    /// What the longest range that holds `address` says, and which file.
    pub(super) fn find(&self, address: IpAddr) -> Option<(Ranged, u16)> {
        let value = match address.to_canonical() {
            IpAddr::V4(address) => self.v4.find(u32::from(address)),
            IpAddr::V6(address) => self.v6.find(u128::from(address)),
        }?;
        Some((value.says, value.source))
    }

    /// How many intervals there are.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.v4.0.len() + self.v6.0.len()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Value {
    says: Ranged,
    source: u16,
}

/// Sorted by their ends; none overlaps another.
#[derive(Debug)]
struct Intervals<K>(Vec<(K, K, Value)>);

impl<K> Default for Intervals<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// An address as a number.
trait Number: Copy + Ord {
    fn before(self) -> Option<Self>;
    fn after(self) -> Option<Self>;
}

impl Number for u32 {
    fn before(self) -> Option<Self> {
        self.checked_sub(1)
    }
    fn after(self) -> Option<Self> {
        self.checked_add(1)
    }
}

impl Number for u128 {
    fn before(self) -> Option<Self> {
        self.checked_sub(1)
    }
    fn after(self) -> Option<Self> {
        self.checked_add(1)
    }
}

impl<K: Number> Intervals<K> {
    fn new(mut ranges: Vec<(K, K, Value)>) -> Self {
        // Outer ranges before the ones in them.
        ranges.sort_by(|one, two| one.0.cmp(&two.0).then(two.1.cmp(&one.1)));
        ranges.dedup_by(|next, kept| {
            let same = (next.0, next.1) == (kept.0, kept.1);
            if same {
                kept.2 = both(kept.2, next.2);
            }
            same
        });
        let mut cut: Vec<(K, K, Value)> = Vec::with_capacity(ranges.len());
        // Ranges that are open at the current start, outermost first, each with the start of what is not yet cut off it.
        let mut open: Vec<(K, K, Value)> = Vec::new();
        for range in ranges {
            close(&mut open, &mut cut, Some(range.0));
            if let Some(outer) = open.last_mut() {
                if let Some(end) = range.0.before().filter(|end| outer.0 <= *end) {
                    push(&mut cut, (outer.0, end, outer.2));
                }
                if let Some(next) = range.1.after() {
                    outer.0 = next;
                }
            }
            open.push(range);
        }
        close(&mut open, &mut cut, None);
        cut.shrink_to_fit();
        Self(cut)
    }

    fn find(&self, number: K) -> Option<Value> {
        let at = self.0.partition_point(|interval| interval.1 < number);
        self.0.get(at).filter(|interval| interval.0 <= number).map(|interval| interval.2)
    }
}

/// Cuts off what ends before `start`; everything, when there is no further range.
fn close<K: Number>(open: &mut Vec<(K, K, Value)>, cut: &mut Vec<(K, K, Value)>, start: Option<K>) {
    while let Some(last) = open.last().copied() {
        if start.is_some_and(|start| start <= last.1) {
            return;
        }
        open.pop();
        if last.0 <= last.1 {
            push(cut, last);
        }
    }
}

/// Neighbours that say the same are one interval.
fn push<K: Number>(cut: &mut Vec<(K, K, Value)>, interval: (K, K, Value)) {
    if let Some(last) = cut.last_mut()
        && last.2 == interval.2
        && last.1.after() == Some(interval.0)
    {
        last.1 = interval.1;
        return;
    }
    cut.push(interval);
}

/// The same range twice: under several services of one file, or in several files. Being shared by many places outweighs
/// a place, and two places are as good as none.
fn both(one: Value, two: Value) -> Value {
    match (one.says, two.says) {
        (Ranged::At(first), Ranged::At(second)) if first == second => one,
        (Ranged::Shared, _) => one,
        (_, Ranged::Shared) => two,
        _ => Value { says: Ranged::Shared, ..one },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Place;
    use proptest::prelude::*;

    fn table(entries: &[(&str, &str)]) -> RangeTable {
        RangeTable::new(entries.iter().enumerate().map(|(source, (net, place))| Entry {
            net: net.parse().unwrap(),
            says: Place::parse(place).map_or(Ranged::Shared, Ranged::At),
            source: u16::try_from(source).unwrap(),
        }))
    }

    fn found(table: &RangeTable, address: &str) -> Option<(&'static str, u16)> {
        table.find(address.parse().unwrap()).map(|(says, source)| match says {
            Ranged::At(place) => (place.as_str(), source),
            Ranged::Shared => ("shared", source),
        })
    }

    #[test]
    fn the_longest_range_decides() {
        let table = table(&[
            ("20.0.0.0/8", "westeurope"),
            ("20.1.0.0/16", "northeurope"),
            ("20.1.2.0/24", "*"),
            ("20.1.2.7/32", "eastus"),
            ("20.255.255.0/24", "westus"),
            ("2603:1020::/32", "uksouth"),
            ("2603:1020:1::/48", "ukwest"),
            ("255.255.255.255/32", "AR"),
            ("ffff:ffff::/32", "CL"),
        ]);
        for (address, expected) in [
            ("19.255.255.255", None),
            ("20.0.0.0", Some(("westeurope", 0))),
            ("20.0.255.255", Some(("westeurope", 0))),
            ("20.1.0.0", Some(("northeurope", 1))),
            ("20.1.1.255", Some(("northeurope", 1))),
            ("20.1.2.0", Some(("shared", 2))),
            ("20.1.2.7", Some(("eastus", 3))),
            ("20.1.2.8", Some(("shared", 2))),
            ("20.1.3.0", Some(("northeurope", 1))),
            ("20.2.0.0", Some(("westeurope", 0))),
            ("20.255.254.255", Some(("westeurope", 0))),
            ("20.255.255.255", Some(("westus", 4))),
            ("21.0.0.0", None),
            ("255.255.255.255", Some(("AR", 7))),
            ("2603:1020::1", Some(("uksouth", 5))),
            ("2603:1020:1::1", Some(("ukwest", 6))),
            ("2603:1020:2::", Some(("uksouth", 5))),
            ("2603:1021::", None),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Some(("CL", 8))),
            ("::ffff:20.1.2.7", Some(("eastus", 3))),
        ] {
            assert_eq!(found(&table, address), expected, "{address}");
        }
    }

    #[test]
    fn the_same_range_twice_is_no_better_than_its_worst() {
        let one = |a, b| found(&table(&[("20.0.0.0/8", a), ("20.0.0.0/8", b)]), "20.1.1.1").map(|found| found.0);
        assert_eq!(one("westus", "westus"), Some("westus"));
        assert_eq!(one("westus", "*"), Some("shared"));
        assert_eq!(one("*", "westus"), Some("shared"));
        assert_eq!(one("westus", "eastus"), Some("shared"));
    }

    #[test]
    fn neighbours_that_say_the_same_are_kept_once() {
        let twins = RangeTable::new(["20.0.0.0/25", "20.0.0.128/25"].map(|net| Entry {
            net: net.parse().unwrap(),
            says: Ranged::Shared,
            source: 0,
        }));
        assert_eq!(twins.len(), 1);
    }

    proptest! {
        #[test]
        fn agrees_with_looking_at_every_range(
            nets in proptest::collection::vec((any::<u8>(), 0..=8_u8, 0..4_usize), 0..24),
            wide: bool,
        ) {
            // In the last byte of an address, so that ranges meet often and every address can be asked.
            let places = ["westus", "eastus", "uksouth", "ukwest"];
            let entries: Vec<Entry> = nets.iter().map(|(byte, length, place)| {
                let text = if wide {
                    format!("2001:db8::{byte:x}/{}", 120 + length)
                } else {
                    format!("192.0.2.{byte}/{}", 24 + length)
                };
                let net = text.parse::<IpNet>().unwrap().trunc();
                Entry { net, says: Ranged::At(Place::parse(places[*place]).unwrap()), source: 0 }
            }).collect();
            let table = RangeTable::new(entries.iter().copied());
            for byte in 0..=255_u8 {
                let address: IpAddr =
                    if wide { format!("2001:db8::{byte:x}") } else { format!("192.0.2.{byte}") }.parse().unwrap();
                let longest = entries.iter().filter(|entry| entry.net.contains(&address))
                    .map(|entry| entry.net.prefix_len()).max();
                let expected = longest.map(|length| {
                    let mut says = entries.iter()
                        .filter(|entry| entry.net.contains(&address) && entry.net.prefix_len() == length)
                        .map(|entry| entry.says);
                    let first = says.next().unwrap();
                    if says.all(|other| other == first) { first } else { Ranged::Shared }
                });
                prop_assert_eq!(table.find(address).map(|found| found.0), expected);
            }
        }
    }
}
