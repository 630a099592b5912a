//! Every family of checks, one file each. Written by `cargo xtask gen`; do not edit.

mod operation;
mod parameter;
mod path;
mod request_body;
mod schema;

use crate::check::Family;

/// Every family, ordered by file.
pub(crate) static ALL: &[&Family] = &[
    &operation::identity::FAMILY,
    &operation::presence::FAMILY,
    &parameter::kind::FAMILY,
    &parameter::presence::FAMILY,
    &parameter::required::FAMILY,
    &path::changed::FAMILY,
    &request_body::presence::FAMILY,
    &schema::kind::FAMILY,
    &schema::properties::FAMILY,
    &schema::required::FAMILY,
];
