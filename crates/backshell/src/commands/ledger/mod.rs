//! `backshell ledger`: what is on record, whether it still is what was recorded, and what has to go.

mod callers;
mod erase;
mod retain;
mod verify;

use super::ConfigArgs;
use crate::config::Config;
use crate::offline::database;
use crate::terminal;
use anyhow::Context;
use backshell_ledger::{ExportError, export, line, tail};
use backshell_store::SqliteStore;
use clap::{Args, Subcommand};
use std::io::BufWriter;
use std::process::ExitCode;

/// Verify, export or show the ledger; erase what has to go
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell ledger verify                       hash chain and signed checkpoints
  backshell ledger tail -n 20
  backshell ledger export > ledger.jsonl
  backshell ledger callers orders > callers.jsonl
  backshell ledger erase --user alice@contoso.example
  backshell ledger retain --dry-run

`verify`, `tail`, `export` and `callers` read the database directly and may run beside `backshell serve`.")]
pub(super) struct Ledger {
    #[command(subcommand)]
    action: Action,

    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    Verify(verify::Verify),
    /// Write every record as a line of JSON
    #[command(after_help = "Examples:
  backshell ledger export > ledger.jsonl
  backshell ledger export --after 1000 >> ledger.jsonl    only what is new")]
    Export {
        /// Only records after this number.
        #[arg(long, default_value_t = 0, value_name = "NUMBER")]
        after: i64,
    },
    /// Show the last records, one line of JSON each
    #[command(after_help = "Examples:
  backshell ledger tail
  backshell ledger tail -n 100")]
    Tail {
        /// How many.
        #[arg(short = 'n', long, default_value_t = 10)]
        count: usize,
    },
    Callers(callers::Callers),
    Erase(erase::Erase),
    Retain(retain::Retain),
}

impl Ledger {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        let config = self.config.load()?;
        match &self.action {
            Action::Verify(verify) => verify.run(&config, &open(&config).await?).await,
            Action::Export { after } => {
                match export(&open(&config).await?, *after, &mut BufWriter::new(std::io::stdout())).await {
                    Err(ExportError::Output(error)) if terminal::is_closed_pipe(&error) => {}
                    written => drop(written?),
                }
                Ok(ExitCode::SUCCESS)
            }
            Action::Tail { count } => {
                for row in tail(&open(&config).await?, *count).await? {
                    terminal::line(&line(&row))?;
                }
                Ok(ExitCode::SUCCESS)
            }
            Action::Callers(callers) => callers.run(&open(&config).await?).await,
            Action::Erase(erase) => erase.run(&config).await,
            Action::Retain(retain) => retain.run(&config).await,
        }
    }
}

/// The database, for reading; a node may run beside it.
async fn open(config: &Config) -> anyhow::Result<SqliteStore> {
    SqliteStore::open(&database(config)?).await.context("the database cannot be opened")
}
