//! The nodes of the installation.

pub(crate) mod list;
