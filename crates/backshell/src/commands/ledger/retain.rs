//! `backshell ledger retain`: a retention run by hand.

use crate::config::Config;
use crate::offline::{Offline, database};
use crate::system::SystemClock;
use crate::terminal::{self, Format};
use anyhow::{Context, bail};
use backshell_ledger::{due, retain};
use backshell_model::Clock;
use backshell_store::SqliteStore;
use clap::Args;
use std::process::ExitCode;

/// Erase the bodies of records whose time is over
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell ledger retain --dry-run    how many bodies are due; also beside a running node
  backshell ledger retain

A node does this by itself when it starts and once a day; by hand it is for a node that does not run. Bodies of calls go
after `ledger.retention_days`, those of refusals, of calls with a grant and of administrative acts after
`ledger.retention_days_refusals`. The chain still verifies: the hashes stay.")]
pub(super) struct Retain {
    /// Only say how many bodies are due.
    #[arg(long)]
    dry_run: bool,

    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Retain {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let retention = config.ledger.retention();
        if self.dry_run {
            let store = SqliteStore::open(&database(config)?).await.context("the database cannot be opened")?;
            let (calls, audit) =
                due(&store, retention, SystemClock.now()).await.context("the ledger cannot be read")?;
            self.show("due", calls, audit, None)?;
            return Ok(ExitCode::SUCCESS);
        }
        let Some(offline) = Offline::open(config).await? else {
            bail!("a node runs on this data folder and does this by itself every day; stop it to do it by hand");
        };
        let run = retain(&offline.ledger, &*offline.store, retention, offline.clock.now(), None).await;
        offline.close().await;
        let run = run?;
        self.show("erased", run.calls, run.audit, Some(run.scrubbed))?;
        Ok(ExitCode::SUCCESS)
    }

    fn show(&self, word: &str, calls: u64, audit: u64, scrubbed: Option<bool>) -> anyhow::Result<()> {
        if self.format == Format::Json {
            let mut answer =
                serde_json::json!({"calls": calls, "refusals_grants_acts": audit, "dry_run": self.dry_run});
            if let (Some(scrubbed), Some(members)) = (scrubbed, answer.as_object_mut()) {
                members.insert("files_clean".to_owned(), scrubbed.into());
            }
            return terminal::line(&serde_json::to_string_pretty(&answer)?);
        }
        terminal::line(&format!("{word:<8} bodies of calls                        {calls}"))?;
        terminal::line(&format!("{word:<8} bodies of refusals, grants and acts    {audit}"))?;
        if scrubbed == Some(false) {
            terminal::line(
                "somebody reads the database, so its log still holds what was erased; the next run empties it",
            )?;
        }
        Ok(())
    }
}
