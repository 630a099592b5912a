//! The cloud regions that are known.

pub(crate) mod list;
