//! Making connections: who may, which values the package asks for, where they lead, and where their secrets go.
//!
//! This is the only way to a connection's secrets, and it leads inwards: nothing here gives one back. The API calls it;
//! the API itself never sees the vault.
//!
//! The order of every act is: permission, custody (does this cell lie inside the environment's boundary), the package,
//! the values, the record in the ledger, the write. The record is on disk before the write begins, so no change is
//! without one; when the write then fails, a second record says so (see [`recorded`]). A refused act is on record too.
//!
//! A host that the certified package does not name by itself, but a setting leads to, waits for an administrator's
//! approval. A changed host drops the connection's secrets and approvals in the same transaction: a new host inherits
//! nothing (the vault would not open the old secrets for it either). Whatever approves a host, be it that an administrator
//! makes the connection, announces it ([`Approvals`]), so that somebody holds it against the bars of endpoint verification.

mod approvals;
mod error;
mod follow;
mod values;

pub use approvals::Approvals;
pub use error::ConnectError;
pub use values::MAX_SECRET_BYTES;

use crate::seat::CellSeat;
use crate::snapshot::home_cell;
use backshell_auth::{AuthPlan, Secrets};
use backshell_boundary::{AllowedSet, CellInside, WrongCell, cell_decision};
use backshell_ledger::{ActRecord, Ledger, LedgerError, Outcome, Who};
use backshell_model::{
    Caller, Clock, Connection, ConnectionId, ConnectorSlug, Drift, Environment, EnvironmentId, HostApproval, HostPort,
    PackageDigest, Random, Region, SealedSecrets, SecretBytes, ServiceRoot, UserId, Verification, Version,
    VersionState, is_display_name,
};
use backshell_permission::{Action, Authority, Reason, Resource};
use backshell_store::{Conflict, ConnectionChange, Limit, Noun, SecretsChange, Store, StoreError};
use backshell_templates::HostRoots;
use backshell_vault::{SecretBinding, Vault};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use tokio::sync::Semaphore;
use values::{given_secrets, moved_values, plan_of, standing, state, values_of};

/// How many packages are read at the same time.
const READERS: usize = 2;

/// What a new connection shall be.
#[derive(Debug)]
pub struct NewConnection {
    /// The environment to keep it in.
    pub environment: EnvironmentId,
    /// The connector; the connection is bound to its current version.
    pub connector: ConnectorSlug,
    /// Its name for people: 1 to 128 characters.
    pub name: String,
    /// The values that are no secrets, by parameter name in any letter case.
    pub settings: BTreeMap<String, String>,
    /// The secret values, by parameter name in any letter case. Empty, or complete.
    pub secrets: BTreeMap<String, SecretBytes>,
}

/// Does `work` after `act` is on record. When the work fails, a second record of the same act and subject says so: its
/// outcome is `refused` and its detail `failed` is the error's word. An act whose record has no such successor was done.
///
/// When the act cannot be recorded, `work` is never polled. Run it where it is not cancelled halfway.
pub async fn recorded<T, E: From<LedgerError>>(
    ledger: &Ledger,
    act: ActRecord<'_>,
    code: impl FnOnce(&E) -> &'static str + Send,
    work: impl Future<Output = Result<T, E>> + Send,
) -> Result<T, E> {
    ledger.act(act.clone()).await?;
    match work.await {
        Ok(done) => Ok(done),
        Err(error) => {
            let mut failed = ActRecord { outcome: Outcome::Refused, ..act };
            failed.details.push(("failed", code(&error)));
            if let Err(error) = ledger.act(failed).await {
                tracing::error!(%error, "an act failed and that is not on record");
            }
            Err(error)
        }
    }
}

/// What the secrets of `connection` are bound to: its auth kind and generation, and every host that they may be sent to,
/// which are the `roots` that [`TemplateSet::host_roots`] gives for its settings (approved or not: an approval gives a
/// host nothing that it was not sealed for). Sealing and opening both go through here.
///
/// [`TemplateSet::host_roots`]: backshell_templates::TemplateSet::host_roots
pub(crate) fn binding(connection: &Connection, roots: &HostRoots) -> SecretBinding {
    let roots = roots.certified.iter().chain(&roots.to_approve);
    SecretBinding::of(connection, roots.map(|root| HostPort { host: root.host.clone(), port: root.port }))
}

/// Makes and changes connections.
pub struct Connections {
    store: Arc<dyn Store>,
    vault: Arc<Vault>,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    cell: Arc<CellSeat>,
    home_cells: Vec<(Region, String)>,
    readers: Arc<Semaphore>,
    approvals: Arc<Approvals>,
}

/// An act that is permitted and inside the boundary.
struct Act<'a> {
    caller: &'a Caller,
    name: &'static str,
    reason: Reason,
    subject: String,
    /// `None` in a cell that may not keep records of the environment.
    inside: Option<CellInside>,
}

impl Act<'_> {
    fn record<'r>(&'r self, details: Vec<(&'r str, &'r str)>) -> ActRecord<'r> {
        ActRecord {
            environment: self.inside.as_ref().map(CellInside::environment),
            policies: self.reason.as_str().split(',').collect(),
            details,
            ..ActRecord::done(Some(Who::from(self.caller)), self.name, &self.subject)
        }
    }
}

impl Connections {
    /// For the node that sits at `cell`; `home_cells` are addresses of cells beside those that the database knows.
    pub fn new(
        store: Arc<dyn Store>,
        vault: Arc<Vault>,
        ledger: Ledger,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        cell: Arc<CellSeat>,
        home_cells: Vec<(Region, String)>,
    ) -> Self {
        let (readers, approvals) = (Arc::new(Semaphore::new(READERS)), Arc::default());
        Self { store, vault, ledger, clock, random, cell, home_cells, readers, approvals }
    }

    /// The hosts that were approved and that nobody has looked at since.
    pub fn approvals(&self) -> Arc<Approvals> {
        Arc::clone(&self.approvals)
    }

    /// Does `work`, which reads a package, beside the requests: megabytes take seconds. Two packages are read at a time
    /// and the others wait, so that requests for large ones can take neither all threads nor all memory.
    pub async fn reading<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ConnectError> {
        let failed = |error: &dyn fmt::Display| ConnectError::Failed(error.to_string());
        let place = Arc::clone(&self.readers).acquire_owned().await.map_err(|error| failed(&error))?;
        let work = move || {
            // Held until the work is done: whoever asked may have gone away.
            let _place = place;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| failed(&error))
    }

    /// What a connection to the connector's current version is asked for, and which version that is.
    pub async fn plan(&self, connector: &ConnectorSlug) -> Result<(PackageDigest, AuthPlan), ConnectError> {
        let version = self.current_version(connector).await?;
        let digest = version.digest;
        Ok((digest, self.reading(move || plan_of(&version)).await??))
    }

    /// Makes a connection.
    pub async fn create(
        &self,
        authority: &Authority,
        caller: &Caller,
        new: NewConnection,
    ) -> Result<Connection, ConnectError> {
        let now = self.clock.now();
        let id = ConnectionId::generate(now, self.random.as_ref());
        let resource = Resource::Environment(new.environment);
        let name = "connection.create";
        let reason = self.permit(authority, caller, Action::CreateConnection, &resource, name).await?;
        let inside = self.inside(caller, name, &id.to_string(), new.environment).await?;
        let act = Act { caller, name, reason, subject: id.to_string(), inside: Some(inside.clone()) };
        if !is_display_name(&new.name) {
            return Err(ConnectError::Name);
        }
        let version = self.current_version(&new.connector).await?;
        let digest = version.digest;
        let given = new.settings;
        let values = self.reading(move || values_of(&version, &given)).await??;
        self.refuse_held(&new.connector, values.roots.certified.iter().chain(&values.roots.to_approve)).await?;
        let secrets = if new.secrets.is_empty() { None } else { Some(values.secrets(new.secrets)?) };
        let approver = may_approve(authority, caller, new.environment).then(|| caller.user.clone());
        let connection = Connection {
            id,
            environment: new.environment,
            connector: new.connector,
            version: digest,
            name: new.name,
            owner: caller.user.clone(),
            auth_kind: values.plan.kind(),
            state: values.state(secrets.is_some()),
            settings: values.settings.clone(),
            hosts: hosts(&values.roots, approver.as_ref()),
            generation: 1,
            created_at: now,
        };
        let sealed = match &secrets {
            Some(secrets) => Some(self.seal(&inside, &connection, &values.roots, secrets).await?),
            None => None,
        };
        let digest = digest.to_string();
        let mut details = vec![("connector", connection.connector.as_str()), ("version", digest.as_str())];
        let approved = approved_hosts(&connection);
        if !approved.is_empty() {
            details.push(("hosts_approved", &approved));
        }
        if sealed.is_some() {
            details.push(("secrets", "given"));
        }
        let add = async { Ok(self.store.add_connection(&connection, sealed.as_ref()).await?) };
        recorded(&self.ledger, act.record(details), ConnectError::code, add).await?;
        self.approvals.announce(&connection, approved_roots(&connection));
        Ok(connection)
    }

    /// Refuses to lead a connection to a host whose calls are held, or whose ownership is in doubt.
    async fn refuse_held(
        &self,
        connector: &ConnectorSlug,
        roots: impl Iterator<Item = &ServiceRoot> + Clone + Send,
    ) -> Result<(), ConnectError> {
        let holds = |found: &Verification| roots.clone().any(|root| root.host == found.host && root.port == found.port);
        match self.store.holding_verifications(connector).await?.into_iter().find(holds) {
            Some(Verification { host, drift, .. }) => {
                Err(ConnectError::HostHeld { host, drift: drift.unwrap_or(Drift::EndpointMoved) })
            }
            None => Ok(()),
        }
    }

    /// Replaces a connection's secrets, all at once. The generation counts up, so what was sealed before opens no more.
    pub async fn put_secrets(
        &self,
        authority: &Authority,
        caller: &Caller,
        id: ConnectionId,
        secrets: BTreeMap<String, SecretBytes>,
    ) -> Result<Connection, ConnectError> {
        let (before, act, inside) =
            self.existing(authority, caller, id, Action::ManageConnection, "connection.put_secrets").await?;
        let version = self.bound_version(&before).await?;
        let settings = before.settings.clone();
        let (plan, roots) = self.reading(move || standing(&version, &settings)).await??;
        let secrets = given_secrets(&plan, secrets)?;
        let mut after = Connection { generation: before.generation.saturating_add(1), ..before.clone() };
        after.auth_kind = plan.kind();
        after.state = state(&plan, true);
        let sealed = self.seal(&inside, &after, &roots, &secrets).await?;
        let change = ConnectionChange { before, after, secrets: SecretsChange::Replace(sealed) };
        let names = secrets.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(",");
        let replace = async { Ok(self.store.change_connection(&change).await?) };
        recorded(&self.ledger, act.record(vec![("names", &names)]), ConnectError::code, replace).await?;
        Ok(change.after)
    }

    /// Replaces a connection's settings. When they lead elsewhere than before, its secrets and approvals are dropped in
    /// the same transaction.
    pub async fn update_settings(
        &self,
        authority: &Authority,
        caller: &Caller,
        id: ConnectionId,
        settings: BTreeMap<String, String>,
    ) -> Result<Connection, ConnectError> {
        let (before, act, _) =
            self.existing(authority, caller, id, Action::ManageConnection, "connection.update_settings").await?;
        let version = self.bound_version(&before).await?;
        let old_settings = before.settings.clone();
        let compare = move || moved_values(&version, &settings, &old_settings);
        let (values, moved) = self.reading(compare).await??;
        let mut after = Connection { settings: values.settings.clone(), ..before.clone() };
        let change = if moved {
            let roots = &values.roots;
            self.refuse_held(&before.connector, roots.certified.iter().chain(&roots.to_approve)).await?;
            let approver = may_approve(authority, caller, before.environment).then(|| caller.user.clone());
            after.state = values.state(false);
            after.hosts = hosts(&values.roots, approver.as_ref());
            after.generation = before.generation.saturating_add(1);
            ConnectionChange { before, after, secrets: SecretsChange::Drop }
        } else {
            ConnectionChange { before, after, secrets: SecretsChange::Keep }
        };
        let names = change.after.settings.keys().map(String::as_str).collect::<Vec<_>>().join(",");
        let mut details = vec![("names", names.as_str())];
        if moved {
            details.push(("secrets", "dropped"));
        }
        let approved = approved_hosts(&change.after);
        if moved && !approved.is_empty() {
            details.push(("hosts_approved", &approved));
        }
        let replace = async { Ok(self.store.change_connection(&change).await?) };
        recorded(&self.ledger, act.record(details), ConnectError::code, replace).await?;
        if moved {
            self.approvals.announce(&change.after, approved_roots(&change.after));
        }
        Ok(change.after)
    }

    /// Approves a host that the connection's settings lead to; `root` is written as the connection shows it. Repeating
    /// it changes nothing. The host is looked at from then on, beside the calls.
    pub async fn approve_host(
        &self,
        authority: &Authority,
        caller: &Caller,
        id: ConnectionId,
        root: &str,
    ) -> Result<Connection, ConnectError> {
        let (before, act, _) =
            self.existing(authority, caller, id, Action::ApproveHost, "connection.approve_host").await?;
        let mut after = before.clone();
        let known = || before.hosts.iter().map(|host| host.root.to_string()).collect();
        let host = after
            .hosts
            .iter_mut()
            .find(|host| host.root.to_string() == root)
            .ok_or_else(|| ConnectError::UnknownHost { known: known() })?;
        if host.approved_by.is_some() {
            return Ok(before);
        }
        self.refuse_held(&before.connector, std::iter::once(&host.root)).await?;
        host.approved_by = Some(caller.user.clone());
        let approved = host.root.clone();
        let change = ConnectionChange { before, after, secrets: SecretsChange::Keep };
        let approve = async { Ok(self.store.change_connection(&change).await?) };
        recorded(&self.ledger, act.record(vec![("host", root)]), ConnectError::code, approve).await?;
        self.approvals.announce(&change.after, std::iter::once(&approved));
        Ok(change.after)
    }

    /// Deletes a connection with its secrets and shares. Possible in a cell outside the boundary too: what should not be
    /// there can at least be removed.
    pub async fn delete(&self, authority: &Authority, caller: &Caller, id: ConnectionId) -> Result<(), ConnectError> {
        let (_, act) = self.permitted(authority, caller, id, Action::ManageConnection, "connection.delete").await?;
        let remove = async {
            let removed = self.store.remove_connection(id).await?;
            if removed { Ok(()) } else { Err(StoreError::NotFound(Noun::Connection).into()) }
        };
        recorded(&self.ledger, act.record(Vec::new()), ConnectError::code, remove).await
    }

    /// The connection, when the act is permitted and this cell may keep it.
    async fn existing<'a>(
        &self,
        authority: &Authority,
        caller: &'a Caller,
        id: ConnectionId,
        action: Action,
        name: &'static str,
    ) -> Result<(Connection, Act<'a>, CellInside), ConnectError> {
        let (connection, act) = self.permitted(authority, caller, id, action, name).await?;
        let inside = self.inside(caller, name, &act.subject, connection.environment).await?;
        Ok((connection, act, inside))
    }

    async fn permitted<'a>(
        &self,
        authority: &Authority,
        caller: &'a Caller,
        id: ConnectionId,
        action: Action,
        name: &'static str,
    ) -> Result<(Connection, Act<'a>), ConnectError> {
        let connection = self.store.connection(id).await?;
        let reason = self.permit(authority, caller, action, &Resource::Connection(id), name).await?;
        let inside = self.custody(connection.environment).await?.ok();
        Ok((connection, Act { caller, name, reason, subject: id.to_string(), inside }))
    }

    /// Asks for permission; a refusal is put on record.
    async fn permit(
        &self,
        authority: &Authority,
        caller: &Caller,
        action: Action,
        resource: &Resource,
        name: &'static str,
    ) -> Result<Reason, ConnectError> {
        let decision = authority.may(caller, action, resource);
        if decision.allowed {
            return Ok(decision.reason);
        }
        let (subject, environment) = match resource {
            Resource::Connection(id) => (id.to_string(), None),
            Resource::Environment(id) => (id.to_string(), self.held(*id).await),
            _ => (String::new(), None),
        };
        let record = ActRecord {
            outcome: Outcome::Refused,
            policies: decision.reason.as_str().split(',').collect(),
            environment,
            ..ActRecord::done(Some(Who::from(caller)), name, &subject)
        };
        // It stays refused whether or not that can be recorded.
        if let Err(error) = self.ledger.act(record).await {
            tracing::warn!(%error, act = name, "a refused act is not on record");
        }
        Err(ConnectError::Denied { action, reason: decision.reason })
    }

    /// The environment's identifier for a record, when this cell may keep records of it.
    pub async fn held(&self, environment: EnvironmentId) -> Option<EnvironmentId> {
        Some(self.custody(environment).await.ok()?.ok()?.environment())
    }

    /// As [`held`](Self::held), for an environment that is not stored yet.
    pub fn would_hold(&self, environment: &Environment) -> Option<EnvironmentId> {
        let allowed = AllowedSet::of(environment).ok()?;
        Some(cell_decision(&self.cell.identity(), self.clock.now(), &allowed).ok()?.environment())
    }

    /// Refuses what may not be done in a cell outside the boundary of the environment, with the address of one that may.
    /// For acts that are not this module's own; a refusal is on record as `name` upon `subject`.
    pub async fn inside(
        &self,
        caller: &Caller,
        name: &str,
        subject: &str,
        environment: EnvironmentId,
    ) -> Result<CellInside, ConnectError> {
        let (wrong, allowed) = match self.custody(environment).await? {
            Ok(inside) => return Ok(inside),
            Err(refused) => refused,
        };
        let record = ActRecord {
            outcome: Outcome::Refused,
            details: vec![("row", wrong.row.as_str()), ("reason", wrong.reason()), ("home", wrong.home.as_str())],
            ..ActRecord::done(Some(Who::from(caller)), name, subject)
        };
        // It stays refused whether or not that can be recorded.
        if let Err(error) = self.ledger.act(record).await {
            tracing::warn!(%error, act = name, "a refused act is not on record");
        }
        let cells = self.store.cells(None, Limit::MAX).await?;
        let home_cell = home_cell(&cells, &self.home_cells, &self.cell.identity(), &wrong.home, Some(&allowed));
        Err(ConnectError::WrongCell {
            reason: wrong.reason(),
            unattested: wrong.unattested,
            home: wrong.home,
            home_cell,
        })
    }

    /// Custody: whether this cell may keep what belongs to the environment.
    async fn custody(&self, id: EnvironmentId) -> Result<Result<CellInside, (WrongCell, AllowedSet)>, ConnectError> {
        let environment = self.store.environment(id).await?;
        let allowed = AllowedSet::of(&environment)?;
        let decision = cell_decision(&self.cell.identity(), self.clock.now(), &allowed);
        Ok(decision.map_err(|wrong| (wrong, allowed)))
    }

    async fn current_version(&self, connector: &ConnectorSlug) -> Result<Version, ConnectError> {
        match self.store.current_version(connector).await {
            Err(StoreError::NotFound(_)) => Err(ConnectError::NoVersion { connector: connector.clone() }),
            version => Ok(version?),
        }
    }

    async fn bound_version(&self, connection: &Connection) -> Result<Version, ConnectError> {
        let version = self.store.version(&connection.connector, connection.version).await?;
        if version.state == VersionState::Withdrawn { Err(ConnectError::Withdrawn) } else { Ok(version) }
    }

    /// Seals secrets for the connection as it shall be.
    async fn seal(
        &self,
        inside: &CellInside,
        connection: &Connection,
        roots: &HostRoots,
        secrets: &Secrets,
    ) -> Result<SealedSecrets, ConnectError> {
        self.ensure_data_key(inside).await?;
        Ok(self.vault.seal(inside, &binding(connection, roots), secrets)?)
    }

    /// Loads the environment's data key, which is made with its first secret. Two nodes may race to make it; the loser
    /// takes the winner's.
    async fn ensure_data_key(&self, inside: &CellInside) -> Result<(), ConnectError> {
        let environment = inside.environment();
        let key = match self.store.data_key(environment).await {
            Err(StoreError::NotFound(_)) => {
                let made = self.vault.create_data_key(inside)?;
                match self.store.add_data_key(&made).await {
                    Err(StoreError::Conflict(Conflict::Exists(_))) => self.store.data_key(environment).await?,
                    added => {
                        added?;
                        made
                    }
                }
            }
            key => key?,
        };
        self.vault.load_data_key(inside, &key)?;
        Ok(())
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("cell", &self.cell).finish_non_exhaustive()
    }
}

/// Whether hosts need no further approval, because whoever makes the connection could give it. The connection is not
/// known to the authority yet, so this is asked of its environment.
fn may_approve(authority: &Authority, caller: &Caller, environment: EnvironmentId) -> bool {
    authority.may(caller, Action::ManageEnvironment, &Resource::Environment(environment)).allowed
}

/// The roots that somebody approved.
pub fn approved_roots(connection: &Connection) -> impl Iterator<Item = &ServiceRoot> {
    connection.hosts.iter().filter(|host| host.approved_by.is_some()).map(|host| &host.root)
}

/// The approved roots for a record: a root holds no space.
fn approved_hosts(connection: &Connection) -> String {
    approved_roots(connection).map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// The hosts that need approval, approved by `approver` at once if there is one.
fn hosts(roots: &HostRoots, approver: Option<&UserId>) -> Vec<HostApproval> {
    let approve = |root: &ServiceRoot| HostApproval { root: root.clone(), approved_by: approver.cloned() };
    roots.to_approve.iter().map(approve).collect()
}
