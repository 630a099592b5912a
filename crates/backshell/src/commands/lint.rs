//! `backshell lint`: Swagger validation.

use crate::terminal::{self, Format};
use anyhow::bail;
use backshell_findings::{Finding, Report, json, text};
use backshell_package::{Limits, discover, read};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// After how long progress is worth a line.
const PATIENCE: Duration = Duration::from_secs(1);

/// Check connector packages against the rules
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell lint ./my-connector                        a package folder
  backshell lint apiDefinition.swagger.json            that file alone
  backshell lint connector.zip                         a zip archive
  backshell lint ./connectors                          a folder of packages
  backshell lint ./my-connector --format json          for programs

Exit status: 0 nothing at error level, 1 something is, 2 a path could not be read.")]
pub(super) struct Lint {
    /// Definition files, package folders, zip archives, or folders of packages.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Show only the summary of each rule that fired, not every finding.
    #[arg(long, conflicts_with = "format")]
    summary: bool,
}

impl Lint {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let limits = Limits::default();
        let mut report = Report { findings: Vec::new(), files: 0 };
        let mut packages = Vec::new();
        for path in &self.paths {
            packages.extend(discover(path, &limits)?);
        }
        if packages.is_empty() {
            bail!("no connector package was found; a package is a folder with an apiDefinition.swagger.json");
        }
        let began = Instant::now();
        let mut shown = began;
        for (done, path) in packages.iter().enumerate() {
            let package = read(path, &limits)?;
            report.files += package.package.files.len();
            let options = backshell_lint::Options { path: Some(path.display().to_string()), ..Default::default() };
            report.findings.extend(backshell_lint::check(&package, &options));
            if terminal::is_watched() && shown.elapsed() > PATIENCE {
                shown = Instant::now();
                terminal::remark(&format!("checked {} of {} packages", done + 1, packages.len()));
            }
        }
        report.sort();
        match self.format {
            Format::Json => terminal::print(&json::render(&report, env!("CARGO_PKG_VERSION")))?,
            Format::Text if self.summary => terminal::print(&by_rule(&report, packages.len()))?,
            Format::Text => {
                let options = text::TextOptions { color: terminal::shows_color() };
                terminal::print(&text::render(&report, &options))?;
            }
        }
        Ok(if report.summary().errors > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }
}

/// One line per rule that fired, most findings first.
fn by_rule(report: &Report, packages: usize) -> String {
    let mut rules: Vec<(&str, &Finding, usize, Vec<&Path>)> = Vec::new();
    for finding in &report.findings {
        let package = Path::new(&finding.place.file).parent().unwrap_or_else(|| Path::new(""));
        match rules.iter_mut().find(|(rule, ..)| *rule == finding.rule) {
            Some((_, _, count, packages)) => {
                *count += 1;
                if !packages.contains(&package) {
                    packages.push(package);
                }
            }
            None => rules.push((&finding.rule, finding, 1, vec![package])),
        }
    }
    rules.sort_by(|one, two| two.2.cmp(&one.2).then(one.0.cmp(two.0)));
    let head = format!("{:<52} {:<8} {:>8} {:>8}\n", "rule", "severity", "findings", "packages");
    let lines = rules.iter().map(|(rule, finding, count, packages)| {
        let severity = finding.severity.as_str();
        format!("{rule:<52} {severity:<8} {count:>8} {:>8}\n", packages.len())
    });
    let table: String = std::iter::once(head).chain(lines).collect();
    let summary = report.summary();
    table
        + &format!(
            "\n{packages} packages, {} files: {} errors, {} warnings, {} notes\n",
            summary.files, summary.errors, summary.warnings, summary.notes
        )
}
