//! The forms in which a certification is shown, one file each.

mod json;
mod text;
