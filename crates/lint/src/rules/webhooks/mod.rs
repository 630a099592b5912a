//! The rules of the group `webhooks`. Written by `cargo xtask gen`; do not edit.

pub(super) mod notification_url_not_allowed_in_this_position;
pub(super) mod notification_url_not_internal;
pub(super) mod notification_url_not_required;
pub(super) mod notification_url_not_string;
