//! Every family of checks, one file each. Written by `cargo xtask gen`; do not edit.

mod extension;
mod operation;
mod parameter;
mod path;
mod request_body;
mod response;
mod schema;

use crate::check::Family;

/// Every family, ordered by file.
pub(crate) static ALL: &[&Family] = &[
    &extension::chunking::FAMILY,
    &extension::confirmation::FAMILY,
    &extension::dynamic_path::FAMILY,
    &extension::dynamic_picker::FAMILY,
    &extension::dynamic_schema::FAMILY,
    &extension::dynamic_target::FAMILY,
    &extension::enum_model::FAMILY,
    &extension::longrunning::FAMILY,
    &extension::media_kind::FAMILY,
    &extension::output_visibility::FAMILY,
    &extension::pagination::FAMILY,
    &extension::trigger_words::FAMILY,
    &extension::unknown::FAMILY,
    &extension::visibility::FAMILY,
    &operation::after_break::FAMILY,
    &operation::deprecation::FAMILY,
    &operation::expiry::FAMILY,
    &operation::family::FAMILY,
    &operation::identity::FAMILY,
    &operation::media_inherited::FAMILY,
    &operation::presence::FAMILY,
    &operation::revision::FAMILY,
    &operation::text::FAMILY,
    &parameter::kind::FAMILY,
    &parameter::presence::FAMILY,
    &parameter::required::FAMILY,
    &path::changed::FAMILY,
    &request_body::media::FAMILY,
    &request_body::presence::FAMILY,
    &response::headers::FAMILY,
    &response::media::FAMILY,
    &response::schema::FAMILY,
    &response::statuses::FAMILY,
    &response::text::FAMILY,
    &schema::additional::FAMILY,
    &schema::all_of::FAMILY,
    &schema::bounds::FAMILY,
    &schema::cycles::FAMILY,
    &schema::default::FAMILY,
    &schema::definitions::FAMILY,
    &schema::discriminator::FAMILY,
    &schema::enum_values::FAMILY,
    &schema::format::FAMILY,
    &schema::inlined::FAMILY,
    &schema::kind::FAMILY,
    &schema::nesting::FAMILY,
    &schema::nullable::FAMILY,
    &schema::order::FAMILY,
    &schema::pattern::FAMILY,
    &schema::properties::FAMILY,
    &schema::read_only::FAMILY,
    &schema::references::FAMILY,
    &schema::required::FAMILY,
    &schema::shared_definition::FAMILY,
    &schema::subtype::FAMILY,
    &schema::title::FAMILY,
    &schema::xml::FAMILY,
];
