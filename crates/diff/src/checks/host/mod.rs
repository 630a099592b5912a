//! The checks of the group `host`. Written by `cargo xtask gen`; do not edit.

pub(super) mod address;
pub(super) mod base_path;
pub(super) mod schemes;
