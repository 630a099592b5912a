//! `backshell mock`: a back end that answers by a definition.

use super::stop_signal;
use crate::terminal;
use anyhow::{Context, bail};
use backshell_mock::MockOptions;
use backshell_model::SecretBytes;
use backshell_package::{Limits, read};
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// Run a back end that answers by a connector's definition
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell mock ./my-connector
  backshell mock apiDefinition.swagger.json --listen 127.0.0.1:9000
  backshell mock ./my-connector --credential-file key.txt    insist on this key, or user:password for Basic

It answers with examples that fit the declared schemas, the same answer to the same request, and demands the credential
that the package names. It speaks plain HTTP and is meant for this machine.")]
pub(super) struct Mock {
    /// A definition file, package folder or zip archive.
    path: PathBuf,

    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8790", value_name = "ADDRESS")]
    listen: SocketAddr,

    /// A file with the only credential to accept. Without it any credential will do, but one must be there.
    #[arg(long, value_name = "FILE")]
    credential_file: Option<PathBuf>,
}

impl Mock {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        if !self.listen.ip().is_loopback() {
            bail!("a mock listens on loopback only; choose an address such as 127.0.0.1:8790");
        }
        let package = read(&self.path, &Limits::default())?.package;
        let credential = match &self.credential_file {
            Some(path) => {
                let text =
                    std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
                Some(SecretBytes::new(text.trim_end_matches(['\r', '\n']).as_bytes().to_vec()))
            }
            None => None,
        };
        let mock = backshell_mock::Mock::new(&package, MockOptions { credential, ..MockOptions::default() })?;
        let listener = tokio::net::TcpListener::bind(self.listen)
            .await
            .with_context(|| format!("cannot listen on {}; choose another address with `--listen`", self.listen))?;
        terminal::line(&format!("{} answers on http://{}", package.name, listener.local_addr()?))?;
        for operation in mock.operations() {
            terminal::line(&format!("  {:<7} {:<44} {}", operation.method.as_str(), operation.path, operation.id))?;
        }
        let stop = async {
            if let Err(error) = stop_signal().await {
                tracing::error!(%error, "signals cannot be waited for");
            }
        };
        mock.serve(listener, None, stop).await?;
        Ok(ExitCode::SUCCESS)
    }
}
