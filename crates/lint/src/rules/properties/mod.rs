//! The rules of the group `properties`. Written by `cargo xtask gen`; do not edit.

pub(super) mod base_path_not_valid;
pub(super) mod default_value_must_match_type;
pub(super) mod host_name_not_valid;
pub(super) mod missing_enum_values_display_name;
pub(super) mod required_property_definition_missing;
pub(super) mod scheme_not_valid;
pub(super) mod security_scheme_property_required;
pub(super) mod specification_version_incorrect;
