//! The rules of the group `unsupported`. Written by `cargo xtask gen`; do not edit.

pub(super) mod collection_format_value_not_supported;
pub(super) mod mime_type_not_supported;
pub(super) mod path_item_ref_not_suppored;
pub(super) mod swagger_keyword_not_supported;
