//! `backshell residency flows`: who sent to which recipient in which place, how often and how much.

use super::question::Question;
use crate::config::Config;
use crate::system::SystemClock;
use crate::terminal;
use backshell_model::Clock;
use backshell_records::{By, FlowDocument};
use clap::{Args, ValueEnum};
use std::process::ExitCode;

/// List who sent to which recipient in which place, how often and how much
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell residency flows
  backshell residency flows --from 2026-11-01 --to 2026-11-30 --environment production
  backshell residency flows --by app --format csv > flows.csv

Users are shown as the pseudonyms that stand for them in the ledger. What was sent is on no record. It reads the database
directly and may run beside `backshell serve`.")]
pub(super) struct Flows {
    #[command(flatten)]
    question: Question,

    /// How finely callers are told apart.
    #[arg(long, value_enum, default_value_t)]
    by: Callers,

    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: FlowFormat,
}

/// How finely callers are told apart.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Callers {
    /// Program and user, as a pseudonym.
    #[default]
    User,
    /// Program.
    App,
    /// Program and access token.
    Token,
    /// Not at all.
    Nobody,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FlowFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

impl Flows {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let by = match self.by {
            Callers::User => By::User,
            Callers::App => By::App,
            Callers::Token => By::Token,
            Callers::Nobody => By::Nobody,
        };
        let (flows, directory) = self.question.ask(config, by).await?;
        let document = FlowDocument::new(&flows, &directory, SystemClock.now());
        match self.format {
            FlowFormat::Text => terminal::print(&document.text())?,
            FlowFormat::Json => terminal::line(&document.json()?)?,
            FlowFormat::Csv => terminal::print(&document.csv()?)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
