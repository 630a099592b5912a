//! The rules of the group `connector-guidelines`. Written by `cargo xtask gen`; do not edit.

pub(super) mod bs_duplicate_json_key;
pub(super) mod bs_extension_misspelt;
pub(super) mod bs_host_missing;
pub(super) mod bs_host_not_public;
pub(super) mod bs_https_only;
pub(super) mod bs_invalid_json;
pub(super) mod bs_o_auth_url_not_https;
