//! The rules of the group `unsupported`. Written by `cargo xtask gen`; do not edit.

pub(super) mod path_item_ref_not_suppored;
