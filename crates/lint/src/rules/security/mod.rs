//! The rules of the group `security`. Written by `cargo xtask gen`; do not edit.

pub(super) mod o_auth_security_requirement_value_must_be_scope_name;
pub(super) mod security_requirement_must_be_defined;
pub(super) mod security_requirement_must_have_empty_value;
pub(super) mod security_requirement_must_have_value;
