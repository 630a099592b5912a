//! The checks of the group `extension`. Written by `cargo xtask gen`; do not edit.

pub(super) mod chunking;
pub(super) mod confirmation;
pub(super) mod dynamic_path;
pub(super) mod dynamic_picker;
pub(super) mod dynamic_schema;
pub(super) mod dynamic_target;
pub(super) mod enum_model;
pub(super) mod longrunning;
pub(super) mod media_kind;
pub(super) mod output_visibility;
pub(super) mod pagination;
pub(super) mod parameter_enum_values;
pub(super) mod parameter_model_location;
pub(super) mod parameter_url_encoding;
pub(super) mod parameter_visibility;
pub(super) mod trigger_words;
pub(super) mod unknown;
pub(super) mod visibility;
