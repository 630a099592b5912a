//! The checks of the group `operation`. Written by `cargo xtask gen`; do not edit.

pub(super) mod identity;
pub(super) mod presence;
