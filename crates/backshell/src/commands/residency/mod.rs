//! `backshell residency`: where data goes, on what ground, and what is on record about it.

mod explain;
mod flows;
mod import;
mod list;
mod question;
mod register;
mod remove;
mod report;

use super::ConfigArgs;
use backshell_boundary::evidence::Declaration;
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Import evidence about the places of endpoints, see what is decided with it, and what is on record
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell residency import aws ip-ranges.json
  backshell residency import geoip GeoLite2-Country.mmdb
  backshell residency list
  backshell residency explain api.contoso.com --home westeurope --mode geography
  backshell residency flows --from 2026-11-01
  backshell residency register --format csv > register.csv
  backshell residency report --output november.html --from 2026-11-01 --to 2026-11-30

Evidence is kept in the data folder. A running `backshell serve` takes it into use within seconds and says so in the
ledger; nothing is fetched from anywhere. Flows, register and report are made from the ledger.")]
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
    Flows(flows::Flows),
    Register(register::Register),
    Report(report::Report),
}

impl Residency {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        let config = self.config.load()?;
        match &self.action {
            Action::Import(command) => command.run(&config),
            Action::List(command) => command.run(&config),
            Action::Explain(command) => command.run(&config).await,
            Action::Remove(command) => command.run(&config),
            Action::Flows(command) => command.run(&config).await,
            Action::Register(command) => command.run(&config).await,
            Action::Report(command) => command.run(&config).await,
        }
    }
}

/// A time as people and programs read it.
fn shown(at: backshell_model::Timestamp) -> String {
    jiff::Timestamp::from_second(at.as_secs()).map_or_else(|_| at.as_secs().to_string(), |at| at.to_string())
}

/// The day of a time.
fn day(at: backshell_model::Timestamp) -> String {
    shown(at).split('T').next().unwrap_or_default().to_owned()
}

/// When a declaration was signed, in words: only it can say, and old ones did not have to.
fn signed(declaration: &Declaration) -> String {
    declaration.signed_at.map_or_else(|| "signed, it does not say when".to_owned(), |at| format!("signed {}", day(at)))
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
