//! The rules of the group `metadata`. Written by `cargo xtask gen`; do not edit.

pub(super) mod field_length_exceeded;
pub(super) mod field_length_not_in_range;
pub(super) mod value_contains_restricted_words;
