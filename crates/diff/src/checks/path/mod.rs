//! The checks of the group `path`. Written by `cargo xtask gen`; do not edit.

pub(super) mod changed;
