//! The checks of the group `trigger`. Written by `cargo xtask gen`; do not edit.

pub(super) mod callback;
pub(super) mod kind;
pub(super) mod notification;
pub(super) mod registration;
