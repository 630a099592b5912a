//! Every family of checks, one file each. Written by `cargo xtask gen`; do not edit.

mod parameter;

use crate::check::Family;

/// Every family, ordered by file.
pub(crate) static ALL: &[&Family] = &[&parameter::required::FAMILY];
