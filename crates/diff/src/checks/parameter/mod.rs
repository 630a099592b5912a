//! The checks of the group `parameter`. Written by `cargo xtask gen`; do not edit.

pub(super) mod collection_format;
pub(super) mod default;
pub(super) mod enum_values;
pub(super) mod format;
pub(super) mod item_count;
pub(super) mod kind;
pub(super) mod length;
pub(super) mod level;
pub(super) mod no_value;
pub(super) mod order;
pub(super) mod pattern;
pub(super) mod presence;
pub(super) mod range;
pub(super) mod required;
pub(super) mod shared;
pub(super) mod text;
