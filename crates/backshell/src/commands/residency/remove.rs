//! `backshell residency remove`: takes imported evidence out of use.

use crate::config::Config;
use crate::residency::Folder;
use crate::terminal;
use clap::Args;
use std::process::ExitCode;

/// Take imported evidence out of use
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell residency list
  backshell residency remove contoso.com

Exit status: 0 removed, 1 there was none of this name.")]
pub(super) struct Remove {
    /// Its name, as `residency list` shows it.
    name: String,
}

impl Remove {
    pub(super) fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        if Folder::in_data_folder(&config.data.dir).remove(&self.name)? {
            terminal::line(&format!("removed {}", self.name))?;
            return Ok(ExitCode::SUCCESS);
        }
        terminal::remark(&format!(
            "nothing is imported under the name `{}`; `backshell residency list` shows the names",
            self.name
        ));
        Ok(ExitCode::from(1))
    }
}
