//! `backshell diff`: breaking-change validation.

mod pairs;

use crate::system::SystemClock;
use crate::terminal;
use anyhow::bail;
use backshell_diff::{Comparison, Options, Outcome, changelog, compare, github, json, markdown, sarif, text};
use backshell_model::Clock as _;
use backshell_package::{Limits, ReadPackage, read};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Compare two versions of a connector and say what the newer one breaks
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell diff ./published ./my-connector         what would the update break?
  backshell diff old.swagger.json new.swagger.json  two definitions alone
  backshell diff --format json old new              for programs
  backshell diff --format markdown old new          a comment for the pull request
  backshell diff --changelog old new                what to tell the users of the connector
  backshell diff --pairs pairs.tsv                  many pairs (OLD, tab, NEW), one line of JSON each
  backshell rules operation-removed                 what a check means

Exit status: 0 nothing breaks, 1 something does, 2 a version could not be read or the command could not do its work.")]
pub(super) struct Diff {
    /// The version that is in use: a definition file, a package folder or a zip.
    #[arg(value_name = "OLD", required_unless_present = "pairs")]
    old: Option<PathBuf>,

    /// The version that is to replace it.
    #[arg(value_name = "NEW", required_unless_present = "pairs")]
    new: Option<PathBuf>,

    /// Compare the pairs that a file lists instead: a line each, OLD and NEW separated by a tab, paths from this folder.
    /// The answer is JSON Lines in the order of the file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["old", "new"])]
    pairs: Option<PathBuf>,

    /// How to answer.
    #[arg(long, value_enum, default_value_t, conflicts_with = "pairs")]
    format: Format,

    /// Answer with a list of all changes for the users of the connector, as Markdown.
    #[arg(long, conflicts_with_all = ["pairs", "format"])]
    changelog: bool,
}

/// How the command answers.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For a comment on a pull request.
    Markdown,
    /// Annotations of a GitHub workflow.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

impl Diff {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        if let Some(list) = &self.pairs {
            return pairs::run(list);
        }
        let (Some(old), Some(new)) = (&self.old, &self.new) else { bail!("two versions are needed, OLD and NEW") };
        let comparison = compare_paths(old, new)?;
        let answer = match self.format {
            _ if self.changelog => changelog::render(&comparison),
            Format::Text => text::render(&comparison),
            Format::Json => json::render(&comparison, VERSION),
            Format::Markdown => markdown::render(&comparison),
            Format::Github => github::render(&comparison),
            Format::Sarif => sarif::render(&comparison, VERSION),
        };
        terminal::print(&answer)?;
        Ok(ExitCode::from(status(&comparison)))
    }
}

/// Compares the packages at two paths; an error says which of them is not there.
fn compare_paths(old: &Path, new: &Path) -> anyhow::Result<Comparison> {
    let read = |path: &Path| -> anyhow::Result<ReadPackage> { Ok(read(path, &Limits::default())?) };
    let options = Options {
        old_path: Some(old.display().to_string()),
        new_path: Some(new.display().to_string()),
        now: Some(SystemClock.now()),
        ..Options::default()
    };
    Ok(compare(&read(old)?, &read(new)?, &options))
}

/// The exit status that a comparison asks for.
fn status(comparison: &Comparison) -> u8 {
    match comparison.outcome {
        Outcome::Breaking => 1,
        Outcome::Unreadable => 2,
        Outcome::Warning | Outcome::Compatible | Outcome::Identical => 0,
    }
}
