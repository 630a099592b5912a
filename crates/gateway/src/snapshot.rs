//! What the gateway knows at one moment: immutable, in memory, asked without a database.

use crate::compiled::CompiledVersion;
use crate::connect;
use backshell_auth::AuthPlan;
use backshell_boundary::{AllowedSet, BoundaryError, CellIdentity, Grant, Place, cell_decision};
use backshell_model::{
    AccessToken, Cell, Connection, ConnectionId, ConnectorSlug, CrossingGrant, Drift, Environment, EnvironmentId,
    FastMap, HostPort, Infrastructure, PackageDigest, Region, SealedSecrets, ServiceRoot, Suspension, Timestamp,
    TokenHash, VersionState,
};
use backshell_permission::{Authority, ConnectionFacts, PermissionError, World};
use backshell_store::SnapshotFacts;
use backshell_templates::{HostRoots, TemplateSet};
use backshell_vault::SecretBinding;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// An environment as calls need it.
#[derive(Debug)]
pub(crate) struct EnvironmentFacts {
    pub(crate) environment: Environment,
    /// What its boundary asks.
    pub(crate) border: Arc<Border>,
}

/// All that a cell outside an environment's boundary knows of a connection: to which environment it belongs, and where
/// that is at home.
#[derive(Debug)]
pub(crate) struct Border {
    /// The regions inside the boundary; an error for a boundary that cannot be kept, which refuses every call (D01).
    pub(crate) allowed: Result<AllowedSet, BoundaryError>,
    /// The home region.
    pub(crate) home: Region,
    /// Where a cell that may serve the environment is reached, if one is known.
    pub(crate) home_cell: Option<String>,
}

/// A connection that somebody asks for.
#[derive(Clone, Debug)]
pub(crate) enum Known {
    /// This cell lies inside the boundary and may hold it.
    Here(Arc<Route>),
    /// It belongs to a cell inside its environment's boundary. Nothing of it is held here.
    Elsewhere(Arc<Border>),
}

/// A connection and everything a call through it needs.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) connection: Connection,
    pub(crate) environment: Arc<EnvironmentFacts>,
    pub(crate) infrastructure: Infrastructure,
    /// `None` when the version was withdrawn or its package is gone.
    pub(crate) version: Option<Arc<CompiledVersion>>,
    /// Where the package and this connection's settings lead.
    pub(crate) roots: HostRoots,
    /// Roots beyond the certified ones that an administrator approved.
    pub(crate) approved: Vec<ServiceRoot>,
    /// The crossing grants for its connector, version and environment. They expire later.
    pub(crate) grants: Vec<Grant>,
    /// Hosts to which calls are held, because re-verification found a change.
    pub(crate) held: Vec<(HostPort, Drift)>,
    pub(crate) secrets: Option<SealedSecrets>,
    pub(crate) binding: SecretBinding,
}

impl Route {
    /// How the connection proves itself; `None` when the version's kind is not supported.
    pub(crate) fn auth(&self) -> Option<&AuthPlan> {
        self.version.as_ref()?.auth.as_ref().ok()
    }
}

/// The number of each version.
fn numbers(versions: &[backshell_store::VersionFacts]) -> HashMap<(ConnectorSlug, PackageDigest), u32> {
    let numbered = |facts: &backshell_store::VersionFacts| {
        ((facts.version.connector.clone(), facts.version.digest), facts.version.number)
    };
    versions.iter().map(numbered).collect()
}

/// The hosts that are held, by connector.
fn held(suspensions: Vec<Suspension>) -> HashMap<ConnectorSlug, Vec<(HostPort, Drift)>> {
    let mut held: HashMap<_, Vec<_>> = HashMap::new();
    for Suspension { connector, host, port, drift } in suspensions {
        held.entry(connector).or_default().push((HostPort { host, port }, drift));
    }
    held
}

/// Where calls may go with these settings. Settings that lead nowhere refuse at the call, where the templates say what is
/// missing, and so does a version that is gone.
pub fn roots(templates: Option<&TemplateSet>, settings: &BTreeMap<String, String>) -> HostRoots {
    templates.and_then(|templates| templates.host_roots(settings).ok()).unwrap_or_default()
}

/// From where facts are looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// Which cell looks.
    pub(crate) cell: &'a CellIdentity,
    /// When.
    pub(crate) now: Timestamp,
    /// Where cells of other regions are reached, beyond those that the facts name.
    pub(crate) others: &'a [(Region, String)],
}

/// Where one connection leads.
#[derive(Clone, Copy, Debug)]
pub struct Leads<'a> {
    /// Its connector.
    pub connector: &'a ConnectorSlug,
    /// What its package names.
    pub certified: &'a [ServiceRoot],
    /// What was approved for it beyond that.
    pub approved: &'a [ServiceRoot],
}

/// Everything at one generation of the store.
#[derive(Debug)]
pub struct Snapshot {
    generation: u64,
    tokens: FastMap<TokenHash, AccessToken>,
    routes: FastMap<ConnectionId, Known>,
    authority: Arc<Authority>,
}

impl Snapshot {
    /// Arranges `facts` for `cell`, as it is at `now`; `others` are addresses of cells beside those in the facts. Of
    /// environments that the cell lies outside of nothing is kept but where they are at home: no settings, no secrets.
    /// `compiled` gives the version a connection is bound to.
    pub(crate) fn new(
        facts: SnapshotFacts,
        View { cell, now, others }: View<'_>,
        mut compiled: impl FnMut(&backshell_store::VersionFacts) -> Option<Arc<CompiledVersion>>,
    ) -> Result<Self, PermissionError> {
        let authority = Authority::new(&World {
            roles: facts.roles,
            memberships: facts.memberships,
            connections: facts
                .connections
                .iter()
                .map(|connection| ConnectionFacts {
                    id: connection.id,
                    environment: connection.environment,
                    owner: connection.owner.clone(),
                })
                .collect(),
            shares: facts.shares,
        })?;
        let environments: HashMap<EnvironmentId, Arc<EnvironmentFacts>> = facts
            .environments
            .into_iter()
            .map(|environment| {
                let allowed = AllowedSet::of(&environment);
                let home_cell = home_cell(&facts.cells, others, cell, &environment.home, allowed.as_ref().ok());
                let border = Arc::new(Border { allowed, home: environment.home.clone(), home_cell });
                (environment.id, Arc::new(EnvironmentFacts { environment, border }))
            })
            .collect();
        let inside: HashSet<EnvironmentId> = environments
            .values()
            .filter_map(|facts| cell_decision(cell, now, facts.border.allowed.as_ref().ok()?).ok())
            .map(|inside| inside.environment())
            .collect();
        let (numbers, held) = (numbers(&facts.versions), held(facts.suspensions));
        let versions: HashMap<_, _> = facts
            .versions
            .iter()
            .filter(|facts| facts.version.state == VersionState::Published)
            .filter_map(|facts| Some(((facts.version.connector.clone(), facts.version.digest), compiled(facts)?)))
            .collect();
        let connectors: HashMap<_, _> =
            facts.connectors.into_iter().map(|connector| (connector.slug, connector.infrastructure)).collect();
        let elsewhere =
            facts.connections.iter().filter(|connection| !inside.contains(&connection.environment)).filter_map(
                |connection| {
                    let border = Arc::clone(&environments.get(&connection.environment)?.border);
                    Some((connection.id, Known::Elsewhere(border)))
                },
            );
        let mut routes: FastMap<ConnectionId, Known> = elsewhere.collect();
        for entry in facts.directory {
            let allowed = AllowedSet::within(entry.environment, &entry.home, &entry.boundary);
            let home_cell = home_cell(&facts.cells, others, cell, &entry.home, allowed.as_ref().ok());
            // A cell inside the boundary would hold the connection itself: one that it does not hold, it does not know.
            let is_inside = allowed.as_ref().is_ok_and(|allowed| cell_decision(cell, now, allowed).is_ok());
            if !is_inside {
                let border = Border { allowed, home: entry.home, home_cell };
                routes.entry(entry.connection).or_insert_with(|| Known::Elsewhere(Arc::new(border)));
            }
        }
        let mut secrets: HashMap<_, _> = facts.secrets.into_iter().map(|sealed| (sealed.connection, sealed)).collect();
        let here =
            facts.connections.into_iter().filter(|connection| inside.contains(&connection.environment)).filter_map(
                |connection| {
                    let environment = Arc::clone(environments.get(&connection.environment)?);
                    let version = versions.get(&(connection.connector.clone(), connection.version)).cloned();
                    let infrastructure = *connectors.get(&connection.connector)?;
                    let templates = version.as_ref().map(|version| &version.templates);
                    let roots = roots(templates, &connection.settings);
                    let route = Route {
                        environment,
                        infrastructure,
                        version,
                        approved: connect::approved_roots(&connection).cloned().collect(),
                        grants: grants(&facts.crossing_grants, &numbers, &connection),
                        held: held.get(&connection.connector).cloned().unwrap_or_default(),
                        secrets: secrets.remove(&connection.id),
                        binding: connect::binding(&connection, &roots),
                        roots,
                        connection,
                    };
                    Some((route.connection.id, Known::Here(Arc::new(route))))
                },
            );
        routes.extend(here);
        Ok(Self {
            generation: facts.generation,
            tokens: facts.tokens.into_iter().map(|token| (token.hash, token)).collect(),
            routes,
            authority: Arc::new(authority),
        })
    }

    /// The store's generation that this belongs to.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Who may do what.
    pub fn authority(&self) -> &Arc<Authority> {
        &self.authority
    }

    /// Where the connections held here lead, each by itself.
    pub fn leads(&self) -> impl Iterator<Item = Leads<'_>> {
        self.here().map(|route| Leads {
            connector: &route.connection.connector,
            certified: &route.roots.certified,
            approved: &route.approved,
        })
    }

    fn here(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.routes.values().filter_map(|known| match known {
            Known::Here(route) => Some(route),
            Known::Elsewhere(_) => None,
        })
    }

    pub(crate) fn token(&self, hash: &TokenHash) -> Option<&AccessToken> {
        self.tokens.get(hash)
    }

    pub(crate) fn connection(&self, connection: ConnectionId) -> Option<&Known> {
        self.routes.get(&connection)
    }
}

/// The grants that a connection's calls may use. A place that this version of the table does not know opens nothing.
fn grants(
    all: &[CrossingGrant],
    numbers: &HashMap<(ConnectorSlug, PackageDigest), u32>,
    connection: &Connection,
) -> Vec<Grant> {
    let number = numbers.get(&(connection.connector.clone(), connection.version));
    let fits = |grant: &&CrossingGrant| {
        grant.environment == connection.environment
            && grant.connector == connection.connector
            && number.is_some_and(|number| grant.versions.contains(*number))
    };
    let known = |grant: &CrossingGrant| Grant {
        id: grant.id,
        places: grant.places.iter().filter_map(|name| Place::parse(name)).collect(),
        from: grant.created_at,
        until: grant.expires_at,
    };
    all.iter().filter(fits).map(known).collect()
}

/// The address of a cell that may serve an environment: one in the home region, else one inside the boundary. Never the
/// asking cell's own, because that is who refuses.
pub(crate) fn home_cell(
    cells: &[Cell],
    others: &[(Region, String)],
    own: &CellIdentity,
    home: &Region,
    allowed: Option<&AllowedSet>,
) -> Option<String> {
    let known = cells.iter().filter(|cell| cell.name != own.name()).map(|cell| (&cell.region, &cell.gateway_url));
    let known = known.chain(others.iter().map(|(region, address)| (region, address)));
    let at_home = known.clone().find(|(region, _)| *region == home);
    at_home
        .or_else(|| known.clone().find(|(region, _)| allowed.is_some_and(|allowed| allowed.contains(region))))
        .map(|(_, address)| address.clone())
}
