//! Endpoint verification: which hosts a package can reach, and whether each of them clears the quality bars.
//!
//! Four things are kept apart. [`hosts`] reads a package and says which hosts it names, and where. [`measure`] asks, and
//! what it learns are [`facts`]: plain data. [`bars`] has one file per bar, each a pure judgement of the facts.
//!
//! What was not measured is never passed: every fact is a measurement or the reason why there is none, and a bar without
//! its facts says `not_measured`.
//!
//! What this crate does not do: it decides about no call, sends no credential and no data of anybody, and stores nothing
//! of what it reads.
//!
//! Start reading at [`verify`], then one file of `bars`.

pub mod again;
mod bar;
mod bars;
pub mod facts;
pub mod hello;
pub mod hosts;
pub mod measure;
pub mod ownership;
pub mod text;
mod verify;

#[cfg(test)]
mod testing;

pub use backshell_findings::BarState as State;
pub use bar::{Bar, Judged};
pub use verify::{Verification, verify, verify_slow};

/// Every bar, ordered by id.
pub fn bars() -> &'static [&'static Bar] {
    bars::ALL
}

/// The bar with this id; letter case does not matter.
pub fn bar(id: &str) -> Option<&'static Bar> {
    bars().iter().find(|bar| bar.id.eq_ignore_ascii_case(id)).copied()
}
