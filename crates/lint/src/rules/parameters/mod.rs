//! The rules of the group `parameters`. Written by `cargo xtask gen`; do not edit.

pub(super) mod parameter_list_contains_form_data_and_body;
pub(super) mod parameter_reference_not_found;
pub(super) mod parameter_reference_not_valid;
pub(super) mod path_parameter_missing_encoding;
pub(super) mod query_parameter_encoding_not_supported;
pub(super) mod reserved_parameter_is_used;
