//! The checks of the group `security`. Written by `cargo xtask gen`; do not edit.

pub(super) mod api_key;
pub(super) mod kind;
pub(super) mod oauth;
pub(super) mod own_security;
pub(super) mod renamed;
pub(super) mod scopes;
