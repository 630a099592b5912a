//! The command line: one file or folder per command, and `cores`, which shares work out among threads.

mod call;
mod cell;
mod completions;
mod cores;
mod demo;
mod diff;
mod endpoint;
mod ledger;
mod lint;
mod mock;
mod regions;
mod residency;
mod rules;
mod serve;
mod vault;

use crate::config::Config;
use clap::{Args, Parser, Subcommand};
use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// The protective shell around connectors: checks them before anyone uses them, guards every call while they run.
#[derive(Debug, Parser)]
#[command(
    name = "backshell",
    version,
    max_term_width = 110,
    after_help = "Examples:
  backshell demo                      see everything at work, with a sample connector
  backshell lint ./my-connector       check a connector package
  backshell diff ./old ./new          what does an update break?
  backshell endpoint ./my-connector   do its hosts clear the bars?
  backshell serve                     run the gateway and its API
  backshell rules OperationIdNotUnique  explain one rule

Exit status: 0 nothing at error level, 1 something is, 2 the command could not do its work."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,

    /// What is logged to standard error: error, warn, info, debug, trace, or a filter such as `backshell_gateway=debug`.
    #[arg(long, global = true, env = "BACKSHELL_LOG", default_value = "warn", hide_env_values = true)]
    log: String,

    /// How it is logged.
    #[arg(long, global = true, value_enum, default_value_t)]
    log_format: crate::terminal::Format,
}

#[derive(Debug, Subcommand)]
enum Command {
    Lint(lint::Lint),
    Diff(diff::Diff),
    Endpoint(Box<endpoint::EndpointCommand>),
    Rules(rules::Rules),
    Mock(mock::Mock),
    Serve(serve::Serve),
    Demo(demo::Demo),
    Call(call::Call),
    Ledger(ledger::Ledger),
    Vault(vault::Vault),
    Cell(cell::Cell),
    Regions(regions::Regions),
    Residency(residency::Residency),
    Completions(completions::Completions),
}

/// Which configuration a command uses.
#[derive(Clone, Debug, Args)]
pub struct ConfigArgs {
    /// The configuration file; `backshell.toml` in this folder when it exists.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

impl ConfigArgs {
    fn load(&self) -> anyhow::Result<Config> {
        Ok(Config::load(self.config.as_deref())?)
    }
}

/// Runs a command. The exit code is the command's answer; an error means that it could not do its work (status 2).
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    start_log(&cli.log, cli.log_format)?;
    match cli.command {
        Command::Lint(command) => command.run(),
        Command::Diff(command) => command.run(),
        Command::Endpoint(command) => block_on(command.run()),
        Command::Rules(command) => command.run(),
        Command::Mock(command) => block_on(command.run()),
        Command::Serve(command) => block_on(command.run()),
        Command::Demo(command) => block_on(command.run()),
        Command::Call(command) => block_on(command.run()),
        Command::Ledger(command) => block_on(command.run()),
        Command::Vault(command) => block_on(command.run()),
        Command::Cell(command) => block_on(command.run()),
        Command::Regions(command) => command.run(),
        Command::Residency(command) => block_on(command.run()),
        Command::Completions(command) => command.run(),
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(work)
}

fn start_log(filter: &str, format: crate::terminal::Format) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| anyhow::anyhow!("`--log {filter}` is no level and no filter: {error}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        crate::terminal::Format::Text => builder.with_ansi(crate::terminal::is_watched()).init(),
        crate::terminal::Format::Json => builder.json().init(),
    }
    Ok(())
}

/// Waits for the order to stop: Ctrl-C or SIGTERM.
async fn stop_signal() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
