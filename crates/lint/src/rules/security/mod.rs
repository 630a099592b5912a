//! The rules of the group `security`. Written by `cargo xtask gen`; do not edit.

pub(super) mod security_requirement_must_be_defined;
pub(super) mod security_requirement_must_have_empty_value;
pub(super) mod security_requirement_must_have_value;
