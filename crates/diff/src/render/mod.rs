//! The forms of output, one file each.

pub mod json;
pub mod text;
