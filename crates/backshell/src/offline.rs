//! The data folder while no node runs on it: for commands that change something.

use crate::config::Config;
use crate::node;
use crate::system::{SystemClock, SystemRandom};
use anyhow::{Context, bail};
use backshell_ledger::Ledger;
use backshell_model::{Clock, Random};
use backshell_store::{SqliteStore, Store};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

/// The database and the ledger of a node that does not run; while this lives, none can start.
pub(crate) struct Offline {
    /// The database.
    pub(crate) store: Arc<dyn Store>,
    /// The ledger, with checkpoints as in the node.
    pub(crate) ledger: Ledger,
    /// The system's clock.
    pub(crate) clock: Arc<dyn Clock>,
    /// The system's randomness.
    pub(crate) random: Arc<dyn Random>,
    _lock: File,
}

impl Offline {
    /// Opens the data folder that the configuration names; `None` when a node runs on it.
    pub(crate) async fn open(config: &Config) -> anyhow::Result<Option<Self>> {
        let path = database(config)?;
        let Some(lock) = node::try_lock_data_folder(&config.data.dir)? else { return Ok(None) };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).await.context("the database cannot be opened")?);
        let ledger = node::start_ledger(config, &store, &clock, &random).await?;
        Ok(Some(Self { store, ledger, clock, random, _lock: lock }))
    }

    /// Writes what is left to write, signs a checkpoint and closes.
    pub(crate) async fn close(self) {
        self.ledger.shutdown().await;
        self.store.close().await;
    }
}

/// The database file of the data folder; an error when there is none.
pub(crate) fn database(config: &Config) -> anyhow::Result<PathBuf> {
    let path = config.data.dir.join("backshell.db");
    if !path.exists() {
        bail!("there is no database in `{}`; name the right configuration with `--config`", config.data.dir.display());
    }
    Ok(path)
}
