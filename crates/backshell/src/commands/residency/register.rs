//! `backshell residency register`: the record of processing activities.

use super::question::Question;
use crate::config::Config;
use crate::system::SystemClock;
use crate::terminal;
use backshell_model::Clock;
use backshell_records::{By, Register as Document, RegisterFacts};
use clap::{Args, ValueEnum};
use std::process::ExitCode;

/// Export a record of processing activities (Art. 30 GDPR)
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell residency register > register.md
  backshell residency register --format csv --from 2026-01-01 > register.csv

Recipients, places, the recorded basis of transfers, erasure times of metadata and security measures come from the ledger
and the settings. What only the organisation knows comes from `[organisation]` in the configuration; what that does not
say is marked \"to be filled in by the controller\".")]
pub(super) struct Register {
    #[command(flatten)]
    question: Question,

    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: RegisterFormat,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum RegisterFormat {
    /// For people.
    #[default]
    Markdown,
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}

impl Register {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let organisation = config.organisation.read()?;
        let (flows, directory) = self.question.ask(config, By::Nobody).await?;
        let facts =
            RegisterFacts { organisation: &organisation, retention: config.ledger.retention(), now: SystemClock.now() };
        let register = Document::new(&flows, &directory, facts);
        match self.format {
            RegisterFormat::Markdown => terminal::print(&register.markdown())?,
            RegisterFormat::Csv => terminal::print(&register.csv()?)?,
            RegisterFormat::Json => terminal::line(&register.json()?)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
