//! `backshell vault`: the key that seals everything.

mod rotate;

use super::ConfigArgs;
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Change the key that opens every secret
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell vault rotate                       a new key takes the place of the old one")]
pub(super) struct Vault {
    #[command(subcommand)]
    action: Action,

    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    Rotate(rotate::Rotate),
}

impl Vault {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        let config = self.config.load()?;
        match &self.action {
            Action::Rotate(rotate) => rotate.run(&config).await,
        }
    }
}
