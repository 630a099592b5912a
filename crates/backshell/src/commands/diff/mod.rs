//! `backshell diff`: breaking-change validation.

mod pairs;

use crate::system::SystemClock;
use crate::terminal;
use anyhow::{Context as _, bail};
use backshell_boundary::region_in_host;
use backshell_diff::{
    Approvals, Callers, Comparison, EarlierVersion, HostPlace, NOTICE_DAYS, Options, Outcome, approve, changelog,
    compare, compare_with_all, github, json, markdown, sarif, text,
};
use backshell_model::Clock as _;
use backshell_package::{Limits, ReadPackage, read};
use clap::Args;
use std::fs::File;
use std::io::BufReader;
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
  backshell diff --approvals approved.toml old new  approved breaks do not count for the exit status
  backshell diff --pairs pairs.tsv                  many pairs (OLD, tab, NEW), one line of JSON each
  backshell rules operation-removed                 what a check means

Exit status: 0 nothing breaks that is not approved, 1 something does, 2 a version could not be read or the command could not do its work.")]
pub(super) struct Diff {
    /// The version that is in use: a definition file, a package folder or a zip.
    #[arg(value_name = "OLD", required_unless_present = "pairs")]
    old: Option<PathBuf>,

    /// The version that is to replace it.
    #[arg(value_name = "NEW", required_unless_present = "pairs")]
    new: Option<PathBuf>,

    /// Compare the pairs that a file lists instead: a line each, OLD and NEW separated by a tab, paths from this folder.
    /// The answer is JSON Lines in the order of the file, and the exit status that of the worst pair. Approvals, callers,
    /// further versions and other forms are for one pair.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["old", "new"])]
    pairs: Option<PathBuf>,

    /// Approved breaks, which do not count for the exit status: a TOML file, each entry with reason, approver and expiry.
    #[arg(long, value_name = "FILE", conflicts_with = "pairs")]
    approvals: Option<PathBuf>,

    /// What existing connections call, as JSON Lines of operation and parameter names: breaks say how many of them are hit.
    /// `backshell ledger callers` writes such a file.
    #[arg(long, value_name = "FILE", conflicts_with = "pairs")]
    callers: Option<PathBuf>,

    /// Compare with an earlier version that is still in use, too; may be given several times.
    #[arg(long, value_name = "PATH", conflicts_with = "pairs")]
    against: Vec<PathBuf>,

    /// List changes without any effect, too: another order of keys, other names of definitions.
    #[arg(long, conflicts_with = "pairs")]
    all: bool,

    /// The days of notice that the users of an operation must be given before it ends.
    #[arg(long, value_name = "DAYS", default_value_t = NOTICE_DAYS)]
    notice_days: u32,

    /// How to answer.
    #[arg(long, value_enum, default_value_t, conflicts_with = "pairs")]
    format: Format,

    /// Answer with a list of all changes for the users of the connector, as Markdown.
    #[arg(long, conflicts_with_all = ["pairs", "format"])]
    changelog: bool,
}

/// How the command answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
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
            return pairs::run(list, self.notice_days);
        }
        let (Some(old), Some(new)) = (&self.old, &self.new) else { bail!("two versions are needed, OLD and NEW") };
        let limits = Limits::default();
        let paths: Vec<&Path> = std::iter::once(old).chain(&self.against).map(PathBuf::as_path).collect();
        let earlier = paths.iter().map(|path| read(path, &limits)).collect::<Result<Vec<_>, _>>()?;
        let next = read(new, &limits)?;
        let mut comparison = self.compare(&paths, &earlier, &next, new)?;
        if let Some(file) = &self.callers {
            let name = file.display().to_string();
            let lines = BufReader::new(File::open(file).with_context(|| format!("`{name}` cannot be read"))?);
            let callers = Callers::read(&name, lines)?;
            callers.mark(&mut comparison);
            comparison.notices.extend(callers.unknown(&earlier.iter().collect::<Vec<_>>()));
        }
        if let Some(file) = &self.approvals {
            let name = file.display().to_string();
            let text = std::fs::read_to_string(file).with_context(|| format!("`{name}` cannot be read"))?;
            approve(&mut comparison, &Approvals::parse(&name, &text)?, SystemClock.now());
        }
        for notice in &comparison.notices {
            terminal::remark(&notice.to_string());
        }
        if matches!(self.format, Format::Github | Format::Sarif) {
            // What is shown beside the new version must stand in it.
            comparison.anchor_removals(&next, Some(new.display().to_string()));
        }
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

impl Diff {
    fn options(&self, old: &Path, new: &Path) -> Options {
        let without_lines = self.changelog || self.format != Format::Text;
        Options { list_silent: self.all, without_lines, ..options(old, new, self.notice_days) }
    }

    /// Compares with every version that is still in use.
    fn compare(
        &self,
        paths: &[&Path],
        earlier: &[ReadPackage],
        next: &ReadPackage,
        new: &Path,
    ) -> anyhow::Result<Comparison> {
        if let ([path], [package]) = (paths, earlier) {
            return Ok(compare(package, next, &self.options(path, new)));
        }
        let shown: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let versions: Vec<_> =
            earlier.iter().zip(&shown).map(|(package, path)| EarlierVersion { package, path: Some(path) }).collect();
        Ok(compare_with_all(&versions, next, &self.options(Path::new(""), new))?)
    }
}

fn options(old: &Path, new: &Path, notice_days: u32) -> Options {
    Options {
        notice_days: Some(notice_days),
        old_path: Some(old.display().to_string()),
        new_path: Some(new.display().to_string()),
        now: Some(SystemClock.now()),
        place_of_host: Some(place_of_host),
        ..Options::default()
    }
}

/// The region that the name of a host speaks of.
fn place_of_host(host: &str) -> Option<HostPlace> {
    let facts = region_in_host(host)?;
    Some(HostPlace { region: facts.region.to_owned(), geography: facts.geography.to_owned() })
}

/// The exit status that a comparison asks for.
fn status(comparison: &Comparison) -> u8 {
    match comparison.unapproved() {
        Outcome::Breaking => 1,
        Outcome::Unreadable => 2,
        Outcome::Warning | Outcome::Compatible | Outcome::Identical => 0,
    }
}
