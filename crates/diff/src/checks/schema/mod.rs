//! The checks of the group `schema`. Written by `cargo xtask gen`; do not edit.

pub(super) mod kind;
pub(super) mod properties;
pub(super) mod required;
