//! `backshell ledger callers`: which operations of a connector are in use, for `backshell diff --callers`.

use crate::terminal;
use backshell_model::ConnectorSlug;
use backshell_records::uses;
use backshell_store::SqliteStore;
use clap::Args;
use std::process::ExitCode;

/// Write which connections call which operations of a connector
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell ledger callers orders > callers.jsonl
  backshell diff ./published ./next --callers callers.jsonl    whom does the update hit?

One line of JSON for each connection and operation, of calls that were allowed. Which parameters a call sets is not on record, so
that `diff` says of most changes that they hit up to so many. What is older than `ledger.retention_days` is erased.")]
pub(super) struct Callers {
    /// The connector.
    connector: ConnectorSlug,
}

impl Callers {
    pub(super) async fn run(&self, store: &SqliteStore) -> anyhow::Result<ExitCode> {
        let uses = uses(store, &self.connector).await?;
        terminal::write_plain(|out| uses.write(out))?;
        if uses.is_empty() {
            terminal::remark(&format!("no call of `{}` is on record", self.connector));
        }
        if uses.is_cut() {
            terminal::remark(&format!("there are more than the {} lines that are written", uses.len()));
        }
        Ok(ExitCode::SUCCESS)
    }
}
