//! The checks of the group `response`. Written by `cargo xtask gen`; do not edit.

pub(super) mod headers;
pub(super) mod media;
pub(super) mod schema;
pub(super) mod statuses;
pub(super) mod text;
