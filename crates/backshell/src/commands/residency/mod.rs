//! `backshell residency`: evidence about places, and what is decided with it.

mod explain;
mod import;
mod list;
mod remove;

use super::ConfigArgs;
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Import evidence about the places of endpoints, and see what is decided with it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell residency import aws ip-ranges.json
  backshell residency import geoip GeoLite2-Country.mmdb
  backshell residency list
  backshell residency explain api.contoso.com --home westeurope --mode geography

Evidence is kept in the data folder. A running `backshell serve` takes it into use within seconds and says so in the
ledger; nothing is fetched from anywhere.")]
pub(super) struct Residency {
    #[command(subcommand)]
    action: Action,

    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    Import(import::Import),
    List(list::List),
    Explain(explain::Explain),
    Remove(remove::Remove),
}

impl Residency {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        let config = self.config.load()?;
        match &self.action {
            Action::Import(command) => command.run(&config),
            Action::List(command) => command.run(&config),
            Action::Explain(command) => command.run(&config).await,
            Action::Remove(command) => command.run(&config),
        }
    }
}

/// A time as people and programs read it.
fn shown(at: backshell_model::Timestamp) -> String {
    jiff::Timestamp::from_second(at.as_secs()).map_or_else(|_| at.as_secs().to_string(), |at| at.to_string())
}

/// How long ago, in days, or when within a day, in hours.
fn age(at: backshell_model::Timestamp, now: backshell_model::Timestamp) -> String {
    let hours = now.as_secs().saturating_sub(at.as_secs()).div_euclid(3_600);
    match hours {
        ..0 => "in the future".to_owned(),
        0..48 => format!("{hours} hours old"),
        _ => format!("{} days old", hours.div_euclid(24)),
    }
}
