//! For whom `residency explain` is asked: an environment of the database with a connector's grants, or one as described.

use super::{EgressWord, Explain, InfrastructureWord, Mode};
use crate::config::Config;
use crate::system::{SystemClock, SystemRandom};
use anyhow::{Context, bail};
use backshell_boundary::{Grant, Place};
use backshell_model::{
    Boundary, Clock as _, ConnectorSlug, Egress, Environment, EnvironmentId, Infrastructure, Region, TenantId,
};
use backshell_store::{
    ConnectorRepository as _, CrossingGrantRepository as _, EnvironmentRepository as _, Limit, SqliteStore, Store as _,
};
use std::collections::BTreeSet;

/// For whom it is asked.
pub(super) struct Asked {
    pub(super) environment: Environment,
    pub(super) grants: Vec<Grant>,
    pub(super) infrastructure: Infrastructure,
}

impl Explain {
    /// Reads or makes up for whom it is asked.
    pub(super) async fn asked(&self, config: &Config) -> anyhow::Result<Asked> {
        let told = self.infrastructure.map(|word| match word {
            InfrastructureWord::External => Infrastructure::External,
            InfrastructureWord::Internal => Infrastructure::Internal,
        });
        if let Some(id) = self.environment {
            let path = config.data.dir.join("backshell.db");
            if !path.exists() {
                bail!("there is no database in `{}`; name the right one with `--config`", config.data.dir.display());
            }
            let store = SqliteStore::open(&path).await.context("the database cannot be opened")?;
            let environment = store.environment(id).await.with_context(|| format!("`{id}` cannot be read"))?;
            let Some(slug) = &self.connector else {
                let infrastructure = told.unwrap_or(Infrastructure::External);
                return Ok(Asked { environment, grants: Vec::new(), infrastructure });
            };
            let connector = store.connector(slug).await.with_context(|| format!("`{slug}` cannot be read"))?;
            let number = match self.connector_version {
                Some(number) => Some(number),
                None => newest(&store, slug).await?,
            };
            let number = number.with_context(|| format!("`{slug}` has no published version"))?;
            let grants = grants(&store, id, slug, number).await?;
            return Ok(Asked { environment, grants, infrastructure: told.unwrap_or(connector.infrastructure) });
        }
        Ok(Asked {
            environment: self.given()?,
            grants: Vec::new(),
            infrastructure: told.unwrap_or(Infrastructure::External),
        })
    }

    /// The environment that the command line describes.
    fn given(&self) -> anyhow::Result<Environment> {
        let at = SystemClock.now();
        let home = Region::new(self.home.as_deref().context("name a region with `--home`")?);
        let boundary = match (self.mode, self.region.is_empty()) {
            (Mode::Region, true) => Boundary::Region,
            (Mode::Geography, true) => Boundary::Geography,
            (Mode::List, _) => {
                let others = self.region.iter().map(|name| Region::new(name)).filter(|name| *name != home);
                Boundary::List(std::iter::once(home.clone()).chain(others).collect())
            }
            (Mode::Region | Mode::Geography, false) => bail!("`--region` belongs to `--mode list`"),
        };
        let egress = match self.egress {
            EgressWord::Notice => Egress::Notice,
            EgressWord::Refuse => Egress::Refuse,
        };
        Ok(Environment {
            id: EnvironmentId::generate(at, &SystemRandom),
            tenant: TenantId::generate(at, &SystemRandom),
            name: "as given".to_owned(),
            home,
            boundary,
            egress,
            created_at: at,
        })
    }
}

/// The number of the newest published version.
async fn newest(store: &SqliteStore, slug: &ConnectorSlug) -> anyhow::Result<Option<u32>> {
    let facts =
        store.snapshot_facts(SystemClock.now(), &BTreeSet::new()).await.context("the database cannot be read")?;
    let of_connector = facts.versions.iter().filter(|facts| facts.version.connector == *slug && facts.current);
    Ok(of_connector.map(|facts| facts.version.number).max())
}

/// The grants that a call of this version would use; whether each holds now is the table's to say.
async fn grants(
    store: &SqliteStore,
    environment: EnvironmentId,
    slug: &ConnectorSlug,
    number: u32,
) -> anyhow::Result<Vec<Grant>> {
    let mut grants = Vec::new();
    let mut after = None;
    loop {
        let page = store.crossing_grants(environment, after, Limit::MAX).await.context("the grants cannot be read")?;
        let Some(last) = page.last() else { return Ok(grants) };
        after = Some(last.id);
        for grant in page {
            if grant.connector == *slug && grant.versions.contains(number) && grant.revoked_at.is_none() {
                grants.push(Grant {
                    id: grant.id,
                    places: grant.places.iter().filter_map(|name| Place::parse(name)).collect(),
                    from: grant.created_at,
                    until: grant.expires_at,
                });
            }
        }
    }
}
