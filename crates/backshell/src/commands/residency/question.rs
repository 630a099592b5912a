//! Which calls a record is about: what `flows`, `register` and `report` have in common.

use super::{day, signed};
use crate::config::Config;
use crate::offline::database;
use crate::residency::Folder;
use anyhow::{Context, bail};
use backshell_model::EnvironmentId;
use backshell_records::{By, Directory, Flows, Limits, Period, Query, directory, gather};
use backshell_store::{EnvironmentRepository, Limit, SqliteStore};
use clap::Args;
use std::collections::BTreeMap;
use std::path::Path;

/// Which calls.
#[derive(Clone, Debug, Args)]
pub(super) struct Question {
    /// The first day (`2026-11-01`) or moment (`2026-11-01T08:00:00Z`), UTC.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// The last day, inclusive, or the moment at which the period ends.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,

    /// Only this environment, by name or identifier.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
}

impl Question {
    /// Reads the ledger of the data folder and adds it up. A node may run beside it.
    pub(super) async fn ask(&self, config: &Config, by: By) -> anyhow::Result<(Flows, Directory)> {
        let period = Period::parse(self.from.as_deref(), self.to.as_deref())?;
        let store = SqliteStore::open(&database(config)?).await.context("the database cannot be opened")?;
        let environment = match &self.environment {
            Some(name) => Some(environment(&store, name).await?),
            None => None,
        };
        let query = Query { period, environment, by, limits: Limits::default() };
        let flows = gather(&store, &query).await?;
        let mut directory = directory(&store, &flows).await?;
        directory.signed = declarations(&config.data.dir);
        Ok((flows, directory))
    }
}

/// When and for which time the imported declarations were signed, by the names under which records speak of them. One that was
/// replaced or removed is not known any more; then no time is shown.
fn declarations(data: &Path) -> BTreeMap<String, String> {
    let imported = Folder::in_data_folder(data).load().unwrap_or_default();
    let declared = imported.sources.iter().filter_map(|source| Some((source.info(), source.declaration()?)));
    let words = declared.map(|(info, declaration)| {
        let signed = signed(declaration);
        (info.id.to_string(), format!("{signed}, valid from {} to {}", day(info.from), day(info.until)))
    });
    words.collect()
}

/// The environment of this name or identifier. Records of one that is gone are still found by its identifier.
pub(super) async fn environment(store: &SqliteStore, wanted: &str) -> anyhow::Result<EnvironmentId> {
    if let Ok(id) = wanted.parse() {
        return Ok(id);
    }
    let (mut after, mut found) = (None, None);
    loop {
        let environments = store.environments(after, Limit::MAX).await.context("the database cannot be read")?;
        let Some(last) = environments.last() else { break };
        after = Some(last.id);
        for environment in environments.iter().filter(|environment| environment.name == wanted) {
            if found.replace(environment.id).is_some() {
                bail!("several tenants have an environment `{wanted}`; name it by its identifier");
            }
        }
    }
    found
        .with_context(|| format!("there is no environment `{wanted}`; the API lists them under `/api/v1/environments`"))
}
