//! Names of members, and the hashes by which they are found.

use crate::node::Member;
use std::fmt;

/// A name that is known when the program is compiled. Members are told from it by a few bits of its hash, so that nearly
/// every other name is passed over without being read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name {
    text: &'static str,
    pub(crate) tag: u16,
}

impl Name {
    /// The name `text`.
    pub const fn new(text: &'static str) -> Self {
        Self { text, tag: name_tag(name_hash(text.as_bytes())) }
    }

    /// The name as text.
    pub const fn as_str(&self) -> &'static str {
        self.text
    }
}

/// How many entries a [`NameIndex`] has: at most half of them are used, so that most names are found at the first look.
const ENTRIES: usize = 128;

/// Where the names of a list stand in it, for a list that is known when the program is compiled.
pub struct NameIndex {
    /// By the lowest bits of their tag, or behind that: the place in the list, counted from 1; 0 for no name.
    entries: [u8; ENTRIES],
    names: usize,
}

impl NameIndex {
    /// Of an empty list.
    pub const EMPTY: Self = Self { entries: [0; ENTRIES], names: 0 };

    /// With one name more at the end of the list.
    ///
    /// # Panics
    ///
    /// Where the list has 64 names already.
    #[must_use]
    #[expect(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "the compiler works this out")]
    pub const fn and(mut self, name: &Name) -> Self {
        assert!(self.names < ENTRIES / 2, "more names than there is room for");
        let mut entry = name.tag as usize % ENTRIES;
        while self.entries[entry] != 0 {
            entry = (entry + 1) % ENTRIES;
        }
        self.names += 1;
        self.entries[entry] = self.names as u8;
        self
    }

    /// The place in the list of the first name for which `is` says that the member has it. It is asked for few others.
    #[inline]
    pub fn place(&self, member: &Member<'_>, is: impl Fn(usize) -> bool) -> Option<usize> {
        let mut entry = usize::from(member.tag) % ENTRIES;
        loop {
            let place = usize::from(*self.entries.get(entry)?).checked_sub(1)?;
            if is(place) {
                return Some(place);
            }
            entry = (entry + 1) % ENTRIES;
        }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// A quick hash of a name; equal names have equal hashes, and that is all that is relied upon.
#[inline]
pub(crate) const fn name_hash(name: &[u8]) -> u32 {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let ends = match (name.first_chunk(), name.last_chunk()) {
        (Some(first), Some(last)) => u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(23),
        // Most names are short. Without a loop nobody has to guess where it ends.
        _ => match (name.first_chunk::<4>(), name.last_chunk::<4>(), name) {
            (Some(first), Some(last), _) => {
                u32::from_le_bytes(*first) as u64 | (u32::from_le_bytes(*last) as u64) << 32
            }
            (_, _, [one, two, three]) => *one as u64 | (*two as u64) << 8 | (*three as u64) << 16,
            (_, _, [one, two]) => *one as u64 | (*two as u64) << 8,
            (_, _, [one]) => *one as u64,
            _ => 0,
        },
    };
    let mixed = (ends ^ (name.len() as u64).rotate_left(59)).wrapping_mul(MIX);
    (mixed >> 32) as u32
}

/// Whether two names are the same. Most names are short, and are compared where this is asked: to call the library's comparison
/// costs more than it does.
#[inline]
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    fn ends<const N: usize>(name: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
        Some((name.first_chunk()?, name.last_chunk()?))
    }
    if one.len() != other.len() {
        return false;
    }
    // The two ends overlap, or meet, and so are the whole.
    match one.len() {
        8..=16 => ends::<8>(one) == ends::<8>(other),
        4..=7 => ends::<4>(one) == ends::<4>(other),
        _ => one == other,
    }
}

/// As much of a name's hash as every value keeps: enough to pass over nearly all members with another name.
#[inline]
pub(crate) const fn name_tag(hash: u32) -> u16 {
    (hash >> 16) as u16
}

/// One of 32 bits for a name: an object that lacks the bit lacks the name.
#[inline]
pub(crate) const fn name_bit(hash: u32) -> u32 {
    1 << (hash % u32::BITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_str;

    #[test]
    fn every_name_of_a_full_list_is_found_at_its_place() {
        const NAMES: [Name; ENTRIES / 2] = {
            let mut names = [Name::new(""); ENTRIES / 2];
            let mut place = 0;
            while place < names.len() {
                names[place] =
                    Name::new("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".split_at(place).0);
                place += 1;
            }
            names
        };
        let index = NAMES.iter().fold(NameIndex::EMPTY, NameIndex::and);
        let text = format!(
            r#"{{{}, "other": 0, "x-other": 0}}"#,
            NAMES.map(|name| format!(r#""{}": 0"#, name.as_str())).join(",")
        );
        let document = parse_str(&text).document.unwrap();
        let places: Vec<_> =
            document.root().members().map(|member| index.place(&member, |place| member.is(&NAMES[place]))).collect();
        let expected: Vec<_> = (0..NAMES.len()).map(Some).chain([None, None]).collect();
        assert_eq!(places, expected);
    }

    #[test]
    fn names_of_every_length_differ_in_every_place() {
        for length in 0..40 {
            let name: Vec<u8> = (b'A'..).take(length).collect();
            assert!(is_same(&name, &name.clone()));
            assert!(!is_same(&name, &[&name[..], b"x"].concat()));
            for place in 0..length {
                let mut other = name.clone();
                other[place] ^= 1;
                assert!(!is_same(&name, &other), "{place} of {length}");
            }
        }
    }
}
