//! The forms of output, one file each.

pub mod changelog;
mod finding;
pub mod github;
pub mod json;
pub mod markdown;
pub mod sarif;
pub mod text;

#[cfg(test)]
mod tests;
