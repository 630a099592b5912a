//! `backshell ledger`: verify, export and tail the record of calls and acts.

use super::ConfigArgs;
use crate::config::Config;
use crate::keys;
use crate::terminal::{self, Format};
use anyhow::{Context, bail};
use backshell_ledger::{ExportError, export, line, parse_checkpoints, tail, verify};
use backshell_store::SqliteStore;
use clap::{Args, Subcommand};
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;

/// Verify, export or show the ledger
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell ledger verify                       hash chain and signed checkpoints
  backshell ledger tail -n 20
  backshell ledger export > ledger.jsonl

They read the database directly and may run beside `backshell serve`.")]
pub(super) struct Ledger {
    #[command(subcommand)]
    action: Action,

    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check the hash chain and every signed checkpoint
    #[command(after_help = "Examples:
  backshell ledger verify
  backshell ledger verify --format json
  backshell ledger verify --checkpoints /mnt/elsewhere/checkpoints.jsonl    against the copy that is kept elsewhere

Exit status: 0 the ledger is intact, 1 something does not hold, 2 it could not be read.")]
    Verify {
        /// The file of checkpoints, when it is not where the configuration says.
        #[arg(long, value_name = "FILE")]
        checkpoints: Option<PathBuf>,
        /// The public key of the checkpoints, when it is not in the data folder.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
        /// How to answer.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
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
}

impl Ledger {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        let config = self.config.load()?;
        let path = config.data.dir.join("backshell.db");
        if !path.exists() {
            bail!(
                "there is no database in `{}`; name the right configuration with `--config`",
                config.data.dir.display()
            );
        }
        let store = SqliteStore::open(&path).await.context("the database cannot be opened")?;
        match &self.action {
            Action::Verify { checkpoints, public_key, format } => {
                verify_chain(&config, &store, checkpoints.clone(), public_key.clone(), *format).await
            }
            Action::Export { after } => {
                match export(&store, *after, &mut BufWriter::new(std::io::stdout())).await {
                    Err(ExportError::Output(error)) if terminal::is_closed_pipe(&error) => {}
                    written => drop(written?),
                }
                Ok(ExitCode::SUCCESS)
            }
            Action::Tail { count } => {
                for row in tail(&store, *count).await? {
                    terminal::line(&line(&row))?;
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

async fn verify_chain(
    config: &Config,
    store: &SqliteStore,
    checkpoints: Option<PathBuf>,
    public_key: Option<PathBuf>,
    format: Format,
) -> anyhow::Result<ExitCode> {
    let path = checkpoints.unwrap_or_else(|| keys::checkpoint_file(config));
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!("the checkpoints `{}` cannot be read; without them a rewritten chain cannot be told", path.display())
    })?;
    let key = keys::read_public_key(&public_key.unwrap_or_else(|| keys::checkpoint_public_key_file(config)))?;
    let report = verify(store, &parse_checkpoints(&text), &key).await?;
    match format {
        Format::Json => {
            let problems: Vec<_> = report
                .problems
                .iter()
                .map(|problem| serde_json::json!({"seq": problem.seq, "message": problem.message, "help": problem.help()}))
                .collect();
            terminal::line(&serde_json::to_string_pretty(&serde_json::json!({
                "intact": report.is_intact(), "records": report.records, "last_seq": report.last_seq,
                "checkpoints": report.checkpoints, "anchored_to": report.anchored_to,
                "erased_bodies": report.erased_bodies, "first_bad": report.first_bad(),
                "problem_count": report.problem_count, "problems": problems,
            }))?)?;
        }
        Format::Text => {
            terminal::line(&format!("records      {}", report.records))?;
            terminal::line(&format!("checkpoints  {}, anchored to record {}", report.checkpoints, report.anchored_to))?;
            for problem in &report.problems {
                let place = problem.seq.map(|seq| format!("record {seq}: ")).unwrap_or_default();
                terminal::line(&format!("{place}{}\n  help: {}", problem.message, problem.help()))?;
            }
            if report.checkpoints == 0 {
                terminal::line("nothing is signed yet, so a chain that was rewritten as a whole could not be told")?;
            }
            terminal::line(if report.is_intact() { "the ledger is intact" } else { "the ledger does NOT hold" })?;
        }
    }
    Ok(if report.is_intact() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
