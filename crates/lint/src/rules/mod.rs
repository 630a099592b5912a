//! Every rule, one file each. Written by `cargo xtask gen`; do not edit.

mod api_properties;
mod arrays;
mod connector_guidelines;
mod metadata;
mod operations;
mod package;
mod parameters;
mod properties;
mod response;
mod security;
mod unsupported;
mod webhooks;

use crate::Rule;

/// Every rule, ordered by id.
pub(crate) static ALL: &[&Rule] = &[
    &arrays::array_has_no_items::RULE,
    &connector_guidelines::bs_duplicate_json_key::RULE,
    &connector_guidelines::bs_extension_misspelt::RULE,
    &connector_guidelines::bs_host_missing::RULE,
    &connector_guidelines::bs_host_not_public::RULE,
    &connector_guidelines::bs_https_only::RULE,
    &connector_guidelines::bs_invalid_json::RULE,
    &connector_guidelines::bs_o_auth_url_not_https::RULE,
    &package::bs_pkg_archive_unsafe::RULE,
    &package::bs_pkg_file_missing::RULE,
    &api_properties::bs_props_client_secret_present::RULE,
    &api_properties::bs_props_icon_brand_color_format::RULE,
    &api_properties::bs_props_invalid_json::RULE,
    &api_properties::bs_props_parameter_type::RULE,
    &api_properties::bs_props_policy_operation_not_found::RULE,
    &api_properties::bs_props_policy_parameter_missing::RULE,
    &api_properties::bs_props_policy_parameter_reference::RULE,
    &api_properties::bs_props_policy_unknown::RULE,
    &properties::base_path_not_valid::RULE,
    &operations::body_or_form_data_parameter_in_fetch_operation_not_allowed::RULE,
    &operations::connection_id_parameter_not_allowed::RULE,
    &response::default_response_has_schema::RULE,
    &properties::default_value_must_match_type::RULE,
    &operations::duplicate_operation_path::RULE,
    &metadata::field_length_exceeded::RULE,
    &metadata::field_length_not_in_range::RULE,
    &properties::host_name_not_valid::RULE,
    &operations::invalid_enum_value::RULE,
    &operations::invalid_next_link_name_value::RULE,
    &response::json_pointer_not_valid::RULE,
    &properties::missing_enum_values_display_name::RULE,
    &webhooks::notification_url_not_internal::RULE,
    &webhooks::notification_url_not_string::RULE,
    &operations::operation_id_not_unique::RULE,
    &operations::operation_id_required::RULE,
    &operations::operation_missing_path_parameter::RULE,
    &operations::operation_must_have_response::RULE,
    &operations::operation_parameters_contain_duplicate_parameter::RULE,
    &operations::operation_parameters_contain_multiple_body_parameters::RULE,
    &operations::operation_path_contains_unsupported_characters::RULE,
    &operations::operation_path_may_not_contain_query_or_fragment::RULE,
    &operations::operation_path_must_start_with_slash::RULE,
    &operations::operation_path_template_not_valid::RULE,
    &operations::operation_path_variables_contain_defaults::RULE,
    &operations::operation_should_have_successful_response::RULE,
    &parameters::parameter_list_contains_form_data_and_body::RULE,
    &parameters::parameter_reference_not_found::RULE,
    &parameters::parameter_reference_not_valid::RULE,
    &unsupported::path_item_ref_not_suppored::RULE,
    &parameters::path_parameter_missing_encoding::RULE,
    &operations::path_parameter_must_be_required::RULE,
    &operations::path_parameter_not_defined_in_template::RULE,
    &operations::path_redefined::RULE,
    &parameters::query_parameter_encoding_not_supported::RULE,
    &properties::required_property_definition_missing::RULE,
    &parameters::reserved_parameter_is_used::RULE,
    &response::response_must_be_default_or_http_status_code::RULE,
    &response::response_reference_not_found::RULE,
    &response::response_reference_not_valid::RULE,
    &response::schema_reference_not_found::RULE,
    &response::schema_reference_not_valid::RULE,
    &response::scheme_not_supported::RULE,
    &properties::scheme_not_valid::RULE,
    &security::security_requirement_must_be_defined::RULE,
    &security::security_requirement_must_have_empty_value::RULE,
    &security::security_requirement_must_have_value::RULE,
    &properties::security_scheme_property_required::RULE,
    &properties::specification_version_incorrect::RULE,
    &operations::unrecognized_type_format::RULE,
    &metadata::value_contains_restricted_words::RULE,
];
