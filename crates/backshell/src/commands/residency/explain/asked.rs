//! For whom `residency explain` is asked: a connection or an environment of the database with a connector's grants, or an
//! environment as described.

use super::super::question;
use super::{EgressWord, Explain, InfrastructureWord, Mode};
use crate::config::Config;
use crate::offline::database;
use crate::system::{SystemClock, SystemRandom};
use anyhow::{Context, bail};
use backshell_boundary::{Grant, Place};
use backshell_gateway::connect::approved_roots;
use backshell_gateway::roots;
use backshell_model::{
    Boundary, Clock as _, Connection, ConnectorSlug, Drift, Egress, Environment, EnvironmentId, HostPort,
    Infrastructure, RecheckOutcome, Region, ServiceRoot, TenantId, Version, VersionState,
};
use backshell_package::Limits;
use backshell_store::{
    ConnectionFilter, ConnectionRepository as _, ConnectorRepository as _, CrossingGrantRepository as _,
    EnvironmentRepository as _, Limit, SqliteStore, VerificationRepository as _,
};
use std::collections::BTreeMap;

/// For whom it is asked.
pub(super) struct Asked {
    pub(super) environment: Environment,
    pub(super) grants: Vec<Grant>,
    pub(super) infrastructure: Infrastructure,
    /// What calls may reach; `None` when no connector was named, so that any host counts as certified.
    pub(super) reached: Option<Reached>,
}

/// What the calls of a connector may reach.
#[derive(Default)]
pub(super) struct Reached {
    /// What the package names.
    pub(super) certified: Vec<ServiceRoot>,
    /// What was approved for the connection, or for one of the environment's connections where none was named.
    pub(super) approved: Vec<ServiceRoot>,
    /// The hosts to which calls are held, and what re-verification found.
    pub(super) held: Vec<(HostPort, Drift)>,
}

impl Explain {
    /// Reads or makes up for whom it is asked.
    pub(super) async fn asked(&self, config: &Config) -> anyhow::Result<Asked> {
        let told = self.infrastructure.map(|word| match word {
            InfrastructureWord::External => Infrastructure::External,
            InfrastructureWord::Internal => Infrastructure::Internal,
        });
        if self.environment.is_none() && self.connection.is_none() {
            let infrastructure = told.unwrap_or(Infrastructure::External);
            return Ok(Asked { environment: self.given()?, grants: Vec::new(), infrastructure, reached: None });
        }
        let store = SqliteStore::open(&database(config)?).await.context("the database cannot be opened")?;
        let connection = match self.connection {
            Some(id) => Some(store.connection(id).await.with_context(|| format!("`{id}` cannot be read"))?),
            None => None,
        };
        let id = match (&connection, &self.environment) {
            (Some(connection), _) => connection.environment,
            (None, Some(wanted)) => question::environment(&store, wanted).await?,
            (None, None) => bail!("name an environment with `--environment`"),
        };
        let environment = store.environment(id).await.with_context(|| format!("`{id}` cannot be read"))?;
        let named = connection.as_ref().map(|connection| connection.connector.clone());
        let Some(slug) = &named.or_else(|| self.connector.clone()) else {
            let infrastructure = told.unwrap_or(Infrastructure::External);
            return Ok(Asked { environment, grants: Vec::new(), infrastructure, reached: None });
        };
        let connector = store.connector(slug).await.with_context(|| format!("`{slug}` cannot be read"))?;
        let version = self.version(&store, slug, connection.as_ref()).await?;
        let grants = grants(&store, id, slug, version.number).await?;
        let connections = match connection {
            Some(connection) => vec![connection],
            None => connections(&store, id, slug).await?,
        };
        let held = held(&store, slug).await?;
        let reached = Some(Reached { held, ..reached(&version, &connections) });
        Ok(Asked { environment, grants, infrastructure: told.unwrap_or(connector.infrastructure), reached })
    }

    /// The version that the connection is bound to, the one that is named, or the current one.
    async fn version(
        &self,
        store: &SqliteStore,
        slug: &ConnectorSlug,
        connection: Option<&Connection>,
    ) -> anyhow::Result<Version> {
        let digest = match (connection, self.connector_version) {
            (Some(connection), _) => Some(connection.version),
            (None, Some(number)) => {
                let found = store.versions(slug, number.saturating_sub(1), Limit::new(1)).await;
                let found = found.context("the versions cannot be read")?.into_iter().next();
                let found = found.filter(|version| version.number == number);
                Some(found.with_context(|| format!("`{slug}` has no version {number}"))?.digest)
            }
            (None, None) => None,
        };
        let version = match digest {
            Some(digest) => store.version(slug, digest).await,
            None => store.current_version(slug).await,
        };
        let version = version.with_context(|| format!("`{slug}` has no published version"))?;
        if version.state == VersionState::Withdrawn {
            bail!("version {} of `{slug}` was withdrawn; calls through it are refused", version.number);
        }
        Ok(version)
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

/// The connections of an environment to a connector.
async fn connections(
    store: &SqliteStore,
    environment: EnvironmentId,
    slug: &ConnectorSlug,
) -> anyhow::Result<Vec<Connection>> {
    let filter = ConnectionFilter {
        environment: Some(environment),
        connector: Some(slug.clone()),
        ..ConnectionFilter::default()
    };
    let (mut connections, mut after) = (Vec::new(), None);
    loop {
        let page = store.connections(&filter, after, Limit::MAX).await.context("the connections cannot be read")?;
        let Some(last) = page.last() else { return Ok(connections) };
        after = Some(last.id);
        connections.extend(page);
    }
}

/// What the package names, and what was approved. Read as the gateway reads it: by the templates and each connection's settings.
fn reached(version: &Version, connections: &[Connection]) -> Reached {
    let files = version.files.to_vec();
    let read = backshell_package::read_files(version.connector.as_str(), files, &Limits::default());
    let templates = backshell_templates::compile(&read.package);
    let mut reached = Reached::default();
    // Without a connection, the hosts that need no setting are all that is known. With one, a default that its settings
    // override leads nowhere.
    let nothing = BTreeMap::new();
    let settings = connections.iter().map(|connection| &connection.settings);
    let settings = settings.chain(connections.is_empty().then_some(&nothing));
    reached.certified.extend(settings.flat_map(|settings| roots(Some(&templates), settings).certified));
    reached.approved.extend(connections.iter().flat_map(approved_roots).cloned());
    for roots in [&mut reached.certified, &mut reached.approved] {
        roots.sort();
        roots.dedup();
    }
    reached
}

/// The hosts of a connector to which calls are held.
async fn held(store: &SqliteStore, slug: &ConnectorSlug) -> anyhow::Result<Vec<(HostPort, Drift)>> {
    let found = store.holding_verifications(slug).await.context("the re-verification cannot be read")?;
    let held = found.into_iter().filter(|found| found.outcome == RecheckOutcome::Suspended);
    Ok(held
        .map(|found| {
            let drift = found.drift.unwrap_or(Drift::EndpointMoved);
            (HostPort { host: found.host, port: found.port }, drift)
        })
        .collect())
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

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_model::{AuthKind, ConnectionId, ConnectionState, PackageDigest, Timestamp, UserId, Verdict};
    use backshell_testkit::SeededRandom;
    use std::sync::Arc;

    /// A package whose host is a setting with a default.
    fn version() -> Version {
        let definition = r#"{"swagger": "2.0", "info": {"title": "Trial", "description": "Trial.", "version": "1.0"},
            "host": "api.example.com", "basePath": "/", "schemes": ["https"],
            "paths": {"/items": {"get": {"operationId": "Items", "responses": {"200": {"description": "ok"}}}}}}"#;
        let properties = r#"{"properties": {"connectionParameters": {"host": {"type": "string"}},
            "policyTemplateInstances": [{"templateId": "dynamichosturl", "title": "host", "parameters": {
                "x-ms-apimTemplateParameter.urlTemplate":
                    "https://@connectionParameters('host','default.example.com')/api"}}]}}"#;
        let file = |path: &str, text: &str| (path.to_owned(), Arc::from(text.as_bytes()));
        Version {
            connector: "trial-service".parse().unwrap(),
            digest: PackageDigest([7; 32]),
            label: "1.0".to_owned(),
            number: 1,
            verdict: Verdict::Incomplete,
            report: "{}".into(),
            files: Arc::from([file("apiDefinition.swagger.json", definition), file("apiProperties.json", properties)]),
            state: VersionState::Published,
            published_at: Timestamp::from_secs(1_800_000_000),
        }
    }

    fn connection(host: Option<&str>) -> Connection {
        let (now, random) = (Timestamp::from_secs(1_800_000_000), SeededRandom::new(1));
        Connection {
            id: ConnectionId::generate(now, &random),
            environment: EnvironmentId::generate(now, &random),
            connector: "trial-service".parse().unwrap(),
            version: PackageDigest([7; 32]),
            name: "mine".to_owned(),
            owner: UserId::new("paul").unwrap(),
            auth_kind: AuthKind::None,
            state: ConnectionState::Connected,
            settings: host.map(|host| ("host".to_owned(), host.to_owned())).into_iter().collect(),
            hosts: Vec::new(),
            generation: 1,
            created_at: now,
        }
    }

    #[test]
    fn a_default_that_every_connection_overrides_is_not_reached() {
        let certified = |connections: &[Connection]| {
            let reached = reached(&version(), connections);
            reached.certified.iter().map(|root| root.host.as_str().to_owned()).collect::<Vec<_>>()
        };
        let default = ["default.example.com"];
        assert_eq!(certified(&[]), default, "the package alone");
        assert_eq!(certified(&[connection(None)]), default);
        assert!(certified(&[connection(Some("own.example.com"))]).is_empty());
        let both = [connection(Some("own.example.com")), connection(None)];
        assert_eq!(certified(&both), default, "some connection leads there");
    }
}
