//! The rules of the group `response`. Written by `cargo xtask gen`; do not edit.

pub(super) mod body_parameter_schema_required;
pub(super) mod body_schema_count_exceeds_max_allowed;
pub(super) mod default_response_has_schema;
pub(super) mod invalid_custom_editor_extension_dictionary_value;
pub(super) mod json_pointer_not_valid;
pub(super) mod non_body_parameter_schema_not_valid;
pub(super) mod required_loop_in_schema_not_allowed;
pub(super) mod response_example_must_be_produced_by_operation;
pub(super) mod response_headers_are_not_unique;
pub(super) mod response_must_be_default_or_http_status_code;
pub(super) mod response_reference_not_found;
pub(super) mod response_reference_not_valid;
pub(super) mod schema_definition_set_incorrectly;
pub(super) mod schema_ref_loop_not_allowed;
pub(super) mod schema_reference_not_found;
pub(super) mod schema_reference_not_valid;
pub(super) mod schema_too_deep;
pub(super) mod schema_type_file_not_valid;
pub(super) mod scheme_not_supported;
pub(super) mod total_schema_count_exceeds_max_allowed;
