//! `backshell residency report`: a report with a map.

use super::question::Question;
use crate::config::Config;
use crate::system::SystemClock;
use crate::terminal;
use anyhow::{Context, bail};
use backshell_model::Clock;
use backshell_records::{By, Report as Document};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Write a report with a map of where calls went
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell residency report --output report.html
  backshell residency report --output november.html --from 2026-11-01 --to 2026-11-30 --environment production
  backshell residency report --output map.svg
  backshell residency report --output report.md

The ending of the file says what is written: a page with everything in one file, the map alone, or text. It fetches nothing
and holds no script.")]
pub(super) struct Report {
    /// The file to write; ends in `.html`, `.svg` or `.md`.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    question: Question,
}

impl Report {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let ending =
            self.output.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let render: fn(&Document) -> String = match ending.as_str() {
            "html" | "htm" => Document::html,
            "svg" => Document::svg,
            "md" | "markdown" => Document::markdown,
            _ => bail!("`{}` ends in none of `.html`, `.svg` and `.md`", self.output.display()),
        };
        let (flows, directory) = self.question.ask(config, By::App).await?;
        let organisation = config.organisation.name.as_deref();
        let report = Document::new(&flows, &directory, organisation, SystemClock.now());
        std::fs::write(&self.output, render(&report))
            .with_context(|| format!("`{}` cannot be written", self.output.display()))?;
        terminal::remark(&format!("written to {}", self.output.display()));
        Ok(ExitCode::SUCCESS)
    }
}
