//! The way to a value, as its JSON pointer and with the entries of lists named. Findings come in the order of the document,
//! so that each way has most of the last one in it: only the rest is made anew.

use crate::identity::push_entry;
use backshell_model::FastMap;
use backshell_source::{Node, escape_token};
use std::fmt::Write as _;

/// How far into a list an entry is counted every time: counts of longer lists are kept.
const SHORT: usize = 64;

/// The way to the last value that was asked for.
#[derive(Default)]
pub(crate) struct Way {
    /// Where the text of its document lies in memory: what tells documents apart that are there at the same time.
    text: usize,
    /// The values on the way, from the one below the root on; their numbers ascend.
    steps: Vec<Step>,
    pointer: String,
    place: String,
    indices: Indices,
    /// For [`Way::to`] alone, and kept for its room: values that are not on the way yet, from the one that was asked for upwards.
    fresh: Vec<u32>,
}

/// The entries of long lists, each list counted once: findings may lie on every entry, and come in any order.
#[derive(Default)]
struct Indices(FastMap<u32, Vec<u32>>);

/// A value on the way, and how long both texts are up to it.
struct Step {
    id: u32,
    pointer: usize,
    place: usize,
}

impl Way {
    /// The pointer of a value, and the same with entries of lists named.
    pub(crate) fn to(&mut self, node: Node<'_>) -> (&str, &str) {
        let text = node.document().text().as_ptr().addr();
        if self.text != text {
            self.text = text;
            self.indices = Indices::default();
            self.keep(0);
        }
        self.fresh.clear();
        let (mut kept, mut behind) = (0, self.steps.len());
        for value in node.ancestors().filter(|value| value.id() != 0) {
            // Numbers fall on the way up, as they do from the last step to the first.
            let is_behind = |step: &Step| step.id > value.id();
            behind -= self.steps.iter().take(behind).rev().take_while(|step| is_behind(step)).count();
            if behind.checked_sub(1).and_then(|last| self.steps.get(last)).is_some_and(|step| step.id == value.id()) {
                kept = behind;
                break;
            }
            self.fresh.push(value.id());
        }
        self.keep(kept);
        while let Some(value) = self.fresh.pop().and_then(|id| node.document().node(id)) {
            self.pointer.push('/');
            self.place.push('/');
            if let Some(key) = value.key() {
                let token = escape_token(key);
                self.pointer.push_str(&token);
                self.place.push_str(&token);
            } else {
                let index = self.indices.of(value);
                let _ = write!(self.pointer, "{index}");
                push_entry(&mut self.place, value, index);
            }
            self.steps.push(Step { id: value.id(), pointer: self.pointer.len(), place: self.place.len() });
        }
        (&self.pointer, &self.place)
    }

    /// Goes back until so many values are on the way.
    fn keep(&mut self, steps: usize) {
        self.steps.truncate(steps);
        let (pointer, place) = self.steps.last().map_or((0, 0), |last| (last.pointer, last.place));
        self.pointer.truncate(pointer);
        self.place.truncate(place);
    }
}

impl Indices {
    /// Where a value stands in its list.
    fn of(&mut self, entry: Node<'_>) -> usize {
        let Some(list) = entry.parent() else { return 0 };
        if let Some(entries) = self.0.get(&list.id()) {
            return entries.binary_search(&entry.id()).unwrap_or_default();
        }
        if let Some(index) = list.items().take(SHORT).position(|item| item == entry) {
            return index;
        }
        let entries: Vec<u32> = list.items().map(Node::id).collect();
        let index = entries.binary_search(&entry.id()).unwrap_or_default();
        self.0.insert(list.id(), entries);
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_source::parse_str;

    #[test]
    fn entries_of_long_lists_are_counted_in_any_order() {
        let text = format!("[{}7]", "7, ".repeat(3 * SHORT));
        let document = parse_str(&text).document.unwrap();
        let items: Vec<_> = document.root().items().collect();
        let mut way = Way::default();
        for index in [3 * SHORT, 0, SHORT - 1, SHORT, SHORT + 1, 2 * SHORT] {
            assert_eq!(way.to(items[index]).0, format!("/{index}"));
        }
    }

    #[test]
    fn every_way_is_what_it_is_by_itself() {
        let texts = [
            r#"{ "a/b": [ { "name": "x", "in": "query", "deep": [[1, {}], 2] }, 7 ], "c": { "~": { "d": [] } }, "": 1 }"#,
            r#"{ "a/b": [ [ { "id": 1 } ] ], "c": 2 }"#,
        ];
        let documents = texts.map(|text| parse_str(text).document.unwrap());
        let nodes = |document: usize| {
            let root = documents[document].root();
            let mut all = vec![root];
            let mut next = 0;
            while let Some(node) = all.get(next).copied() {
                all.extend(node.members().map(|member| member.value).chain(node.items()));
                next += 1;
            }
            all
        };
        let (mut first, second) = (nodes(0), nodes(1));
        let mut way = Way::default();
        // In an order that goes up, down and to the side, and into another document in between.
        for turn in 0..first.len() {
            first.rotate_left(turn);
            for (node, other) in first.iter().zip(second.iter().cycle()) {
                for node in [*node, *other] {
                    let (pointer, place) = way.to(node);
                    let named = |place: &mut String, node: Node<'_>| push_entry(place, node, node.index().unwrap());
                    assert_eq!((pointer, place), (&*node.pointer(), &*node.pointer_with(named)));
                }
            }
        }
    }
}
