//! The Swagger and package rules: what makes a connector package wrong, hard to use, or unsafe to run.
//!
//! A rule is one file under `rules/<group>/`: its declaration with the texts of its page, examples that run as tests, and a
//! function that judges one kind of place. The module lists and `docs/rules` are written from these files by
//! `cargo xtask gen`; `cargo xtask new rule NAME` writes the skeleton of a rule.
//!
//! What this crate does not do: it reads no files (that is `backshell-package`), compares no versions, and renders nothing
//! (that is `backshell-findings`).
//!
//! Start reading at a rule, for example `rules/operations/operation_id_not_unique.rs`; then [`Rule`], and `engine.rs`,
//! which walks a package and calls the rules.

mod allow;
mod baseline;
mod census;
mod circles;
mod config;
pub mod docs;
mod dynamic;
mod ecma;
mod engine;
mod equal;
mod facts;
mod family;
pub mod fixes;
mod hidden;
mod icon;
mod identity;
mod keywords;
pub mod levels;
mod limits;
mod lookups;
mod markdown;
mod metadata;
mod mime;
pub mod notices;
mod operation_ids;
mod out;
mod pattern;
mod policy;
mod reference;
mod rule;
mod rules;
mod schema_path;
mod secrets;
mod shape;
mod submission;
mod survey;
mod template;
#[cfg(test)]
mod tester;
mod text_file;
mod texts;
mod types;
mod usage;
mod view;
mod way;
mod webhook;

pub use allow::{AllowEntry, Day};
pub use baseline::{Baseline, BaselineError};
pub use config::{CONFIG_FILE, Config, ConfigErrors, ConfigProblem};
pub use facts::Facts;
pub use levels::{Level, Levels, Selector};
pub use rule::{Content, Example, Group, Rule, Source};

use backshell_findings::Finding;
use backshell_package::ReadPackage;
pub(crate) use out::{Out, quoted};

/// Which rules are run, and what is kept of what they find.
#[derive(Clone)]
pub struct Options {
    /// Only these rules; `None` for every rule.
    pub only: Option<Vec<&'static Rule>>,
    /// The path that the user gave for the package: findings show its files below it. `None` where there is no path, as
    /// for an upload; files then go by their names in the package.
    pub path: Option<String>,
    /// What is known about the package from outside it.
    pub facts: Facts,
    /// Which rules are off, and whose findings weigh otherwise than the rule says.
    pub levels: Levels,
    /// Whether findings get an identity, which baselines, allow lists and some outputs need.
    pub identify: bool,
    /// Whether findings keep the line of the source that people are shown.
    pub excerpts: bool,
}

impl Default for Options {
    /// Every rule as it is, for people.
    fn default() -> Self {
        Self {
            only: None,
            path: None,
            facts: Facts::default(),
            levels: Levels::default(),
            identify: false,
            excerpts: true,
        }
    }
}

/// Every rule, ordered by id.
pub fn rules() -> &'static [&'static Rule] {
    rules::ALL
}

/// The rule with this id; letter case does not matter.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.id.eq_ignore_ascii_case(id)).copied()
}

/// Judges a package. The findings are sorted by file, position and rule; no two of them say the same of the same place. At
/// most 10,000 of each level are listed; where there are more, one finding says so.
pub fn check(read: &ReadPackage, options: &Options) -> Vec<Finding> {
    let path = view::ShownPath(options.path.clone());
    let rules = options.levels.active(options.only.as_deref().unwrap_or(rules()));
    let findings = engine::run(read, &path, options, &rules);
    let mut report = backshell_findings::Report { findings, ..Default::default() };
    report.sort();
    // A shared parameter is judged at each use and reported once.
    report.findings.dedup();
    if options.identify {
        identity::identify(read, &path, &mut report.findings);
    }
    report.findings
}
