//! The rules of the group `parameters`. Written by `cargo xtask gen`; do not edit.

pub(super) mod file_parameter_must_be_in_form_data;
pub(super) mod parameter_list_contains_form_data_and_body;
pub(super) mod parameter_ref_loop_not_allowed;
pub(super) mod parameter_reference_not_found;
pub(super) mod parameter_reference_not_valid;
pub(super) mod paramters_with_same_name_must_have_same_type_and_visibility;
pub(super) mod path_parameter_missing_encoding;
pub(super) mod query_parameter_encoding_not_supported;
pub(super) mod reserved_parameter_is_used;
pub(super) mod response_ref_loop_not_allowed;
pub(super) mod source_property_internal;
