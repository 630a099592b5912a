//! `backshell serve`: the gateway, the API and health on two listeners.

use super::{ConfigArgs, stop_signal};
use crate::identity;
use crate::node::Node;
use crate::probing;
use crate::system::SystemClock;
use crate::terminal;
use crate::way_out::WayOut;
use backshell_model::Clock;
use clap::Args;
use std::process::ExitCode;

/// Run the gateway and its API
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell serve                                       everything on this machine, data in ./.backshell
  backshell serve --config /etc/backshell.toml
  BACKSHELL_CELL__REGION=northeurope backshell serve    every key is also an environment variable

The first start prints an administrator's token once. Stop with Ctrl-C or SIGTERM: running calls may end.")]
pub(super) struct Serve {
    #[command(flatten)]
    config: ConfigArgs,
}

impl Serve {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        let config = self.config.load()?;
        let mut node = Node::start_with(&config, WayOut::real(&config)?, probing::of_node(&config)?).await?;
        terminal::line(&format!("gateway  {}", node.gateway_url()))?;
        terminal::line(&format!("console  http://{}", node.console_address()))?;
        let attestation = identity::describe(&node.cell(), SystemClock.now());
        terminal::line(&format!("cell     {} in {}, {attestation}", config.cell.name, config.cell.region))?;
        terminal::line(&format!("data     {}", config.data.dir.display()))?;
        if let Some(token) = node.first_token() {
            terminal::line(&format!(
                "\nThe first administrator's token. It is shown once and kept nowhere:\n\n  {token}\n"
            ))?;
        }
        stop_signal().await?;
        terminal::remark("stopping: running calls may end");
        node.stop().await?;
        Ok(ExitCode::SUCCESS)
    }
}
