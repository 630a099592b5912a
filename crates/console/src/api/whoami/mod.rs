//! Who the API takes the caller for.

pub(crate) mod get;
