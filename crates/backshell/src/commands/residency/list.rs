//! `backshell residency list`: what is imported, and how old it is.

use super::{age, shown};
use crate::config::Config;
use crate::residency::Folder;
use crate::residency::folder::state;
use crate::system::SystemClock;
use crate::terminal::{self, Format};
use backshell_boundary::evidence::SourceInfo;
use backshell_model::{Clock as _, Timestamp};
use clap::Args;
use serde_json::{Value, json};
use std::process::ExitCode;

/// List imported evidence with its age
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell residency list
  backshell residency list --format json

Exit status: 0 everything can be used, 1 something is stale or damaged.")]
pub(super) struct List {
    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl List {
    pub(super) fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let now = SystemClock.now();
        let imported = Folder::in_data_folder(&config.data.dir).load()?;
        let infos: Vec<&SourceInfo> = imported.sources.iter().map(backshell_boundary::evidence::Source::info).collect();
        match self.format {
            Format::Json => {
                let sources: Vec<Value> = infos.iter().map(|info| entry(info, now)).collect();
                let list = json!({ "evidence": sources, "problems": imported.problems });
                terminal::line(&serde_json::to_string_pretty(&list)?)?;
            }
            Format::Text => {
                if infos.is_empty() {
                    terminal::line("nothing is imported, so the place of no external endpoint is known")?;
                }
                for info in &infos {
                    terminal::line(&format!(
                        "{:<20} rank {}  {:<13} {:<16} until {}  {}",
                        info.name,
                        info.kind.rank(),
                        state(info, now),
                        age(info.dated, now),
                        shown(info.until),
                        info.about
                    ))?;
                    terminal::line(&format!("  {}", info.id))?;
                }
                for problem in &imported.problems {
                    terminal::line(&format!("not used: {problem}"))?;
                }
            }
        }
        let good = imported.problems.is_empty() && infos.iter().all(|info| !info.is_stale(now));
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// An import for programs.
pub(super) fn entry(info: &SourceInfo, now: Timestamp) -> Value {
    json!({
        "name": info.name, "kind": info.kind.as_str(), "rank": info.kind.rank(), "evidence": info.id.as_str(),
        "about": info.about, "dated": shown(info.dated), "imported_at": shown(info.imported_at),
        "valid_from": shown(info.from), "valid_until": shown(info.until), "state": state(info, now),
        "age_days": now.as_secs().saturating_sub(info.dated.as_secs()).div_euclid(86_400),
        "unknown_places": info.unknown,
    })
}
