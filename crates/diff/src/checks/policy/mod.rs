//! The checks of the group `policy`. Written by `cargo xtask gen`; do not edit.

pub(super) mod body;
pub(super) mod host_template;
pub(super) mod next_link;
pub(super) mod operations;
pub(super) mod order;
pub(super) mod polling;
pub(super) mod route;
pub(super) mod script;
pub(super) mod secret;
pub(super) mod section;
pub(super) mod set_value;
pub(super) mod status;
pub(super) mod unknown;
