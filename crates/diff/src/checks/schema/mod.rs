//! The checks of the group `schema`. Written by `cargo xtask gen`; do not edit.

pub(super) mod additional;
pub(super) mod all_of;
pub(super) mod bounds;
pub(super) mod cycles;
pub(super) mod default;
pub(super) mod definitions;
pub(super) mod discriminator;
pub(super) mod enum_values;
pub(super) mod format;
pub(super) mod inlined;
pub(super) mod kind;
pub(super) mod nesting;
pub(super) mod nullable;
pub(super) mod order;
pub(super) mod pattern;
pub(super) mod properties;
pub(super) mod read_only;
pub(super) mod references;
pub(super) mod required;
pub(super) mod shared_definition;
pub(super) mod subtype;
pub(super) mod title;
pub(super) mod xml;
