//! Which thing of the new version is which thing of the old one.

mod operations;
mod package;
mod parameters;
mod responses;

pub(crate) use package::pair;
pub(crate) use responses::headers;

use std::collections::HashMap;
use std::hash::Hash;

/// Things of two versions, each in exactly one of the lists, in document order.
#[derive(Clone, Debug)]
pub(crate) struct Pairing<T> {
    /// In both: old, new.
    pub(crate) pairs: Vec<(T, T)>,
    /// In both under another name: old, new.
    pub(crate) renamed: Vec<(T, T)>,
    /// In the old version only.
    pub(crate) removed: Vec<T>,
    /// In the new version only.
    pub(crate) added: Vec<T>,
}

impl<T> Default for Pairing<T> {
    fn default() -> Self {
        Self { pairs: Vec::new(), renamed: Vec::new(), removed: Vec::new(), added: Vec::new() }
    }
}

impl<T: Clone> Pairing<T> {
    /// Pairs what has the same key. Of several with one key the first is paired with the first, and so on.
    pub(crate) fn by_key<K: Eq + Hash>(old: Vec<T>, new: Vec<T>, key: impl Fn(&T) -> K) -> Self {
        let mut pairing = Self { removed: old, added: new, ..Self::default() };
        pairing.pairs = pairing.take_by_key(key);
        pairing
    }

    /// Takes what has the same key out of the leftovers.
    fn take_by_key<K: Eq + Hash>(&mut self, key: impl Fn(&T) -> K) -> Vec<(T, T)> {
        let mut places: HashMap<K, Vec<usize>> = HashMap::with_capacity(self.added.len());
        for (index, thing) in self.added.iter().enumerate().rev() {
            places.entry(key(thing)).or_default().push(index);
        }
        let mut taken = vec![false; self.added.len()];
        let mut pairs = Vec::new();
        self.removed.retain(|old| {
            let found = places.get_mut(&key(old)).and_then(Vec::pop);
            let Some((index, new)) = found.and_then(|index| Some((index, self.added.get(index)?))) else {
                return true;
            };
            pairs.push((old.clone(), new.clone()));
            taken.get_mut(index).into_iter().for_each(|taken| *taken = true);
            false
        });
        let mut taken = taken.into_iter();
        self.added.retain(|_| !taken.next().unwrap_or(false));
        pairs
    }

    /// Takes leftovers with the same key for renamed, where the key leaves no choice: one old, one new.
    pub(crate) fn rename_by_key<K: Eq + Hash>(&mut self, key: impl Fn(&T) -> K) {
        let count = |things: &[T]| {
            let mut counts: HashMap<K, usize> = HashMap::new();
            for thing in things {
                *counts.entry(key(thing)).or_default() += 1;
            }
            counts
        };
        let (old, new) = (count(&self.removed), count(&self.added));
        let alone = |thing: &T| {
            let key = key(thing);
            old.get(&key) == Some(&1) && new.get(&key) == Some(&1)
        };
        let (removed, kept_old) = std::mem::take(&mut self.removed).into_iter().partition(&alone);
        let (added, kept_new) = std::mem::take(&mut self.added).into_iter().partition(&alone);
        let mut found = Self { removed, added, ..Self::default() };
        self.renamed.extend(found.take_by_key(&key));
        self.removed = kept_old;
        self.added = kept_new;
    }

    /// Takes leftovers for renamed that are equal to exactly one on the other side. Looks at no more than 64 a side.
    pub(crate) fn rename_equal(&mut self, equal: impl Fn(&T, &T) -> bool) {
        const MOST: usize = 64;
        if self.removed.is_empty() || self.added.is_empty() || self.removed.len() > MOST || self.added.len() > MOST {
            return;
        }
        let mut index = 0;
        while let Some(old) = self.removed.get(index).cloned() {
            let mut matches = self.added.iter().enumerate().filter(|(_, new)| equal(&old, new)).map(|(at, _)| at);
            let only = matches.next().filter(|_| matches.next().is_none());
            let alone = only
                .and_then(|at| self.added.get(at))
                .is_some_and(|new| self.removed.iter().filter(|other| equal(other, new)).count() == 1);
            match only.filter(|_| alone) {
                Some(at) => {
                    self.removed.remove(index);
                    let new = self.added.remove(at);
                    self.renamed.push((old, new));
                }
                None => index += 1,
            }
        }
    }

    /// Everything that is in both versions, renamed or not.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &(T, T)> {
        self.pairs.iter().chain(&self.renamed)
    }
}
