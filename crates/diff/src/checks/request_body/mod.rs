//! The checks of the group `request-body`. Written by `cargo xtask gen`; do not edit.

pub(super) mod media;
pub(super) mod presence;
