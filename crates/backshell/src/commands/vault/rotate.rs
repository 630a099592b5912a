//! `backshell vault rotate`: a new key-encryption key.

use crate::config::Config;
use crate::offline::Offline;
use crate::rotation::{NewKey, rotate};
use crate::terminal::{self, Format};
use anyhow::bail;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Wrap every data key by a new key-encryption key
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell vault rotate                                   make a key, put it in the old one's place
  backshell vault rotate --new-file /media/usb/new.key     take a key that was made elsewhere
  backshell vault rotate --new-variable BACKSHELL_KEK_2    when `vault.key_variable` names a variable

The node must not run. Secrets stay sealed as they are; only the keys that sealed them are wrapped anew. Interrupted at
any point, nothing is lost: run it again, or start the node. The old key is kept as `master.key.<id>`, because backups
made before need it; remove it when no such backup is left.")]
pub(super) struct Rotate {
    /// A file with the new key, in any form that `vault.key_file` takes; its content is copied.
    #[arg(long, value_name = "FILE", conflicts_with = "new_variable")]
    new_file: Option<PathBuf>,

    /// The environment variable that holds the new key.
    #[arg(long, value_name = "NAME")]
    new_variable: Option<String>,

    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Rotate {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let new = match (&self.new_file, &self.new_variable) {
            (Some(file), _) => NewKey::File(file.clone()),
            (None, Some(name)) => NewKey::Variable(name.clone()),
            (None, None) => NewKey::Made,
        };
        let Some(offline) = Offline::open(config).await? else {
            bail!("a node runs on this data folder and holds the key; stop it first");
        };
        let rotated = rotate(config, &offline, &new).await;
        offline.close().await;
        let rotated = rotated?;
        if self.format == Format::Json {
            terminal::line(&serde_json::to_string_pretty(&serde_json::json!({
                "old": rotated.old, "new": rotated.new, "data_keys": rotated.data_keys,
                "old_key_kept": rotated.kept, "files_clean": rotated.scrubbed,
            }))?)?;
            return Ok(ExitCode::SUCCESS);
        }
        terminal::line(&format!("key         {} in place of {}", rotated.new, rotated.old))?;
        terminal::line(&format!("data keys   {} wrapped anew", rotated.data_keys))?;
        match rotated.kept {
            Some(kept) => terminal::line(&format!(
                "old key     kept as `{}` for backups made before; remove it when none is left",
                kept.display()
            ))?,
            None => terminal::line(
                "next        set the variable that `vault.key_variable` names to the new key, then start the node",
            )?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
