//! The node itself: which cell it is, and what it may not keep.

pub(crate) mod get;
