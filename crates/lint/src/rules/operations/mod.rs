//! The rules of the group `operations`. Written by `cargo xtask gen`; do not edit.

pub(super) mod body_or_form_data_parameter_in_fetch_operation_not_allowed;
pub(super) mod connection_id_parameter_not_allowed;
pub(super) mod duplicate_operation_path;
pub(super) mod invalid_enum_value;
pub(super) mod invalid_next_link_name_value;
pub(super) mod operation_id_not_unique;
pub(super) mod operation_id_required;
pub(super) mod operation_missing_path_parameter;
pub(super) mod operation_must_have_response;
pub(super) mod operation_parameters_contain_duplicate_parameter;
pub(super) mod operation_parameters_contain_multiple_body_parameters;
pub(super) mod operation_path_contains_unsupported_characters;
pub(super) mod operation_path_may_not_contain_query_or_fragment;
pub(super) mod operation_path_must_start_with_slash;
pub(super) mod operation_path_template_not_valid;
pub(super) mod operation_path_variables_contain_defaults;
pub(super) mod operation_should_have_successful_response;
pub(super) mod path_parameter_must_be_required;
pub(super) mod path_parameter_not_defined_in_template;
pub(super) mod path_redefined;
pub(super) mod unrecognized_type_format;
