//! The checks of the group `operation`. Written by `cargo xtask gen`; do not edit.

pub(super) mod after_break;
pub(super) mod deprecation;
pub(super) mod expiry;
pub(super) mod family;
pub(super) mod identity;
pub(super) mod media_inherited;
pub(super) mod presence;
pub(super) mod revision;
pub(super) mod text;
