//! Names of members, and the hashes by which they are found.

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
        _ => {
            let (mut all, mut rest) = (0, name);
            while let [byte, others @ ..] = rest {
                all = (all << 8) | *byte as u64;
                rest = others;
            }
            all
        }
    };
    let mixed = (ends ^ (name.len() as u64).rotate_left(59)).wrapping_mul(MIX);
    (mixed >> 32) as u32
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
