//! Certification: a package, its publisher and the place of its service become a report with a verdict.
//!
//! [`certify`] is the whole pipeline, in one file that reads from top to bottom. Which checks run is decided by the
//! [`profile`] table, which is the requirement itself, written as data. What is stored and shown of the outcome is a
//! [`Certification`].
//!
//! What this crate does not do: it publishes nothing and signs nothing, and it never sees a connection or a secret.
//!
//! Start reading at `pipeline.rs`, then `profile.rs`.

mod breaking;
mod certification;
mod late;
mod pipeline;
pub mod profile;
mod render;
mod responsibility;

pub use backshell_diff::HostPlace;
pub use breaking::Update;
pub use certification::{Certification, CheckOutcome, CheckState, Subject};
pub use late::{Completed, complete, pending_mark};
pub use pipeline::{EndpointCheck, Request, certify, certify_update, title};
pub use responsibility::{Part, Responsibility};
