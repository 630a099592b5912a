//! The rules of the group `response`. Written by `cargo xtask gen`; do not edit.

pub(super) mod default_response_has_schema;
pub(super) mod json_pointer_not_valid;
pub(super) mod response_must_be_default_or_http_status_code;
pub(super) mod response_reference_not_found;
pub(super) mod response_reference_not_valid;
pub(super) mod schema_reference_not_found;
pub(super) mod schema_reference_not_valid;
pub(super) mod scheme_not_supported;
