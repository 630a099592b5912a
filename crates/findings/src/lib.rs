//! What a check found: findings, reports, and the renderers that write them.
//!
//! A [`Finding`] says what is wrong, where, and what to do. A [`Report`] is a sorted list of findings with a summary. One
//! file under `render` per form of output: [`text`] for people, [`json`] for programs, [`sarif`] for code scanning, [`github`]
//! for annotations in a pull request, [`markdown`] for a comment on one.
//!
//! What this crate does not do: it judges nothing, reads no files and prints nothing. Renderers write text to what they are
//! given; the binary prints it.
//!
//! Start reading at [`Finding`].

mod bar;
mod finding;
mod render;
mod report;

pub use bar::{BarOutcome, BarState};
pub use finding::{Check, Finding, Identity, Place, Severity, SourceLine};
pub use render::{Part, RuleInfo, Running, Sequence, github, json, markdown, sarif, text};
pub use report::{Report, RuleCount, Summary, Suppressed, Suppression};
