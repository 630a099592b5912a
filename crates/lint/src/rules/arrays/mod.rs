//! The rules of the group `arrays`. Written by `cargo xtask gen`; do not edit.

pub(super) mod array_has_no_items;
pub(super) mod required_property_array_empty;
pub(super) mod schemes_array_empty;
