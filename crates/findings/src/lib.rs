//! What a check found: findings, reports, and the renderers that print them.
//!
//! A [`Finding`] says what is wrong, where, and what to do. A [`Report`] is a sorted list of findings with a summary. One
//! file under `render` per form of output: [`text`] for people, [`json`] for programs.
//!
//! What this crate does not do: it judges nothing, reads no files and prints nothing. Renderers return text; the binary
//! prints it.
//!
//! Start reading at [`Finding`].

mod finding;
mod render;
mod report;

pub use finding::{Check, Finding, Place, Severity, SourceLine};
pub use render::{json, text};
pub use report::{Report, Summary};
