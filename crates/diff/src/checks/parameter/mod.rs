//! The checks of the group `parameter`. Written by `cargo xtask gen`; do not edit.

pub(super) mod kind;
pub(super) mod presence;
pub(super) mod required;
