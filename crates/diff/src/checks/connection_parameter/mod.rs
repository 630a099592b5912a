//! The checks of the group `connection-parameter`. Written by `cargo xtask gen`; do not edit.

pub(super) mod allowed_values;
pub(super) mod default;
pub(super) mod gateway;
pub(super) mod kind;
pub(super) mod label;
pub(super) mod oauth;
pub(super) mod oauth_scopes;
pub(super) mod presence;
pub(super) mod required;
pub(super) mod sets;
