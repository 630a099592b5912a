//! `backshell completions`: completion scripts for shells.

use super::Cli;
use crate::terminal;
use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};
use std::process::ExitCode;

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell completions bash > /etc/bash_completion.d/backshell
  backshell completions zsh > ~/.zfunc/_backshell")]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let mut script = Vec::new();
        generate(self.shell, &mut Cli::command(), "backshell", &mut script);
        terminal::print(&String::from_utf8_lossy(&script))?;
        Ok(ExitCode::SUCCESS)
    }
}
