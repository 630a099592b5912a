//! The node itself: which cell it is, what it may not keep, and what it sends by itself.

pub(crate) mod egress;
pub(crate) mod get;
