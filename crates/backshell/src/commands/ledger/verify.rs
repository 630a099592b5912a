//! `backshell ledger verify`: the hash chain and every signed checkpoint.

use crate::config::Config;
use crate::keys;
use crate::system::SystemClock;
use crate::terminal::{self, Format};
use anyhow::Context;
use backshell_ledger::{VerifyReport, parse_checkpoints, verify};
use backshell_model::{Clock, Timestamp};
use backshell_store::SqliteStore;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Check the hash chain and every signed checkpoint
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell ledger verify
  backshell ledger verify --format json
  backshell ledger verify --checkpoints /mnt/elsewhere/checkpoints.jsonl    against the copy that is kept elsewhere

Exit status: 0 the ledger is intact, 1 something does not hold, 2 it could not be read.")]
pub(super) struct Verify {
    /// The file of checkpoints, when it is not where the configuration says.
    #[arg(long, value_name = "FILE")]
    checkpoints: Option<PathBuf>,
    /// The public key of the checkpoints, when it is not in the data folder.
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Verify {
    pub(super) async fn run(&self, config: &Config, store: &SqliteStore) -> anyhow::Result<ExitCode> {
        let path = self.checkpoints.clone().unwrap_or_else(|| keys::checkpoint_file(config));
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!(
                "the checkpoints `{}` cannot be read; without them a rewritten chain cannot be told",
                path.display()
            )
        })?;
        let key_file = self.public_key.clone().unwrap_or_else(|| keys::checkpoint_public_key_file(config));
        let report = verify(store, &parse_checkpoints(&text), &keys::read_public_key(&key_file)?).await?;
        let too_early = erased_too_early(&report, config, SystemClock.now());
        match self.format {
            Format::Json => show_json(&report, too_early)?,
            Format::Text => show_text(&report, config, too_early)?,
        }
        Ok(if report.is_intact() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// Whether a body is gone that the retention of this configuration would still keep.
fn erased_too_early(report: &VerifyReport, config: &Config, now: Timestamp) -> bool {
    let kept_since = now.plus_secs(-i64::from(config.ledger.retention_days) * 24 * 60 * 60);
    report.youngest_erased.is_some_and(|youngest| youngest >= kept_since)
}

fn show_json(report: &VerifyReport, too_early: bool) -> anyhow::Result<()> {
    let problems: Vec<_> = report
        .problems
        .iter()
        .map(|problem| serde_json::json!({"seq": problem.seq, "message": problem.message, "help": problem.help()}))
        .collect();
    terminal::line(&serde_json::to_string_pretty(&serde_json::json!({
        "intact": report.is_intact(), "records": report.records, "last_seq": report.last_seq,
        "checkpoints": report.checkpoints, "anchored_to": report.anchored_to,
        "erased_bodies": report.erased_bodies,
        "youngest_erased": report.youngest_erased.map(date),
        "erased_within_retention": too_early, "first_bad": report.first_bad(),
        "problem_count": report.problem_count, "problems": problems,
    }))?)
}

fn show_text(report: &VerifyReport, config: &Config, too_early: bool) -> anyhow::Result<()> {
    terminal::line(&format!("records      {}", report.records))?;
    terminal::line(&format!("checkpoints  {}, anchored to record {}", report.checkpoints, report.anchored_to))?;
    if let Some(youngest) = report.youngest_erased {
        terminal::line(&format!("erased       {} bodies, the youngest of {}", report.erased_bodies, date(youngest)))?;
    }
    for problem in &report.problems {
        let place = problem.seq.map(|seq| format!("record {seq}: ")).unwrap_or_default();
        terminal::line(&format!("{place}{}\n  help: {}", problem.message, problem.help()))?;
    }
    if report.checkpoints == 0 {
        terminal::line("nothing is signed yet, so a chain that was rewritten as a whole could not be told")?;
    }
    if too_early {
        terminal::line(&format!(
            "a body is gone that is younger than `ledger.retention_days` ({}): if that setting was never shorter, somebody else \
             than retention erased it",
            config.ledger.retention_days
        ))?;
    }
    let verdict = match (report.is_intact(), report.erased_bodies) {
        (false, _) => "the ledger does NOT hold".to_owned(),
        (true, 0) => "the ledger is intact".to_owned(),
        (true, 1) => "the ledger is intact, 1 body erased".to_owned(),
        (true, bodies) => format!("the ledger is intact, {bodies} bodies erased"),
    };
    terminal::line(&verdict)
}

/// RFC 3339, UTC, to the second.
fn date(at: Timestamp) -> String {
    let seconds = at.as_micros().div_euclid(1_000_000);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |at| at.to_string())
}
