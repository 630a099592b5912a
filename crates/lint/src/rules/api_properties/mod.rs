//! The rules of the group `api-properties`. Written by `cargo xtask gen`; do not edit.

pub(super) mod bs_props_client_secret_present;
pub(super) mod bs_props_icon_brand_color_format;
pub(super) mod bs_props_invalid_json;
pub(super) mod bs_props_parameter_type;
pub(super) mod bs_props_policy_operation_not_found;
pub(super) mod bs_props_policy_parameter_missing;
pub(super) mod bs_props_policy_parameter_reference;
pub(super) mod bs_props_policy_unknown;
