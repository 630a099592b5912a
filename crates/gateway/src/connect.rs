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
//! nothing (the vault would not open the old secrets for it either).

use crate::snapshot::home_cell;
use backshell_auth::{AuthPlan, AuthProblem, PlannedParameter, Secrets};
use backshell_boundary::{AllowedSet, BoundaryError, cell_decision};
use backshell_ledger::{ActRecord, Ledger, LedgerError, Outcome, Who};
use backshell_model::{
    AuthKind, Caller, Clock, Connection, ConnectionId, ConnectionState, ConnectorSlug, EnvironmentId, HostApproval,
    HostPort, PackageDigest, Random, Region, SealedSecrets, SecretBytes, SecretName, ServiceRoot, UserId, Version,
    VersionState, is_display_name,
};
use backshell_package::{Limits, Package};
use backshell_permission::{Action, Authority, Reason, Resource};
use backshell_store::{Conflict, ConnectionChange, Limit, Noun, SecretsChange, Store, StoreError};
use backshell_templates::{HostRoots, TemplateError};
use backshell_vault::{SecretBinding, Vault, VaultError};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The longest value of a setting, in bytes.
const MAX_SETTING_BYTES: usize = 4_096;
/// The longest secret, in bytes.
pub const MAX_SECRET_BYTES: usize = 16_384;

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

/// Why a connection was not made or changed. No message holds the value of a secret or of a setting.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// No policy permits it.
    #[error("the action `{}` is not permitted here", action.as_str())]
    Denied {
        /// What was asked for.
        action: Action,
        /// The policies that decided.
        reason: Reason,
    },
    /// The environment's data may not be kept in this cell.
    #[error("this cell lies outside the environment's boundary; its home is `{home}`")]
    WrongCell {
        /// The environment's home region.
        home: Region,
        /// The address of the cell that serves it, if one is known.
        home_cell: Option<String>,
        /// The reason code of the decision table's row.
        reason: &'static str,
    },
    /// The environment's boundary cannot be kept to.
    #[error("the environment's boundary is wrong: {0}")]
    Boundary(#[from] BoundaryError),
    /// The connector is unknown, or all of its versions are withdrawn.
    #[error("there is no published version of the connector `{connector}`")]
    NoVersion {
        /// The connector.
        connector: ConnectorSlug,
    },
    /// The version that the connection is bound to was withdrawn.
    #[error("the version that this connection is bound to was withdrawn; make a new connection")]
    Withdrawn,
    /// The package has no definition that can be read.
    #[error("the connector's package cannot be read; publish a corrected version")]
    UnreadablePackage,
    /// Connections of this connector cannot be made.
    #[error(transparent)]
    Unsupported(#[from] AuthProblem),
    /// The name is no name.
    #[error("a connection's name is 1 to 128 characters without control characters or white space at the ends")]
    Name,
    /// The package asks for no such value. The name is not repeated: somebody may have put the secret in its place.
    #[error("the connector has no connection parameter of a name that was given; {}", suggestion(.nearest.as_deref(), .known))]
    UnknownParameter {
        /// The known name that is most like it.
        nearest: Option<String>,
        /// Every known name.
        known: Vec<String>,
    },
    /// The same parameter is given twice, in two letter cases.
    #[error("the connection parameter `{name}` is given twice; its letter case does not matter")]
    GivenTwice {
        /// The parameter.
        name: String,
    },
    /// A secret is given as a setting.
    #[error("`{name}` is a secret; give it among the secrets, where it is sealed, and replace it: it was sent openly")]
    SecretAsSetting {
        /// The parameter.
        name: String,
    },
    /// A setting is given as a secret.
    #[error("`{name}` is no secret; give it among the settings")]
    SettingAsSecret {
        /// The parameter.
        name: String,
    },
    /// A required value is missing.
    #[error("the connection parameter `{name}` is required")]
    Missing {
        /// The parameter.
        name: String,
    },
    /// The value is not in the closed list.
    #[error("the value of `{name}` is none of: {}", allowed.join(", "))]
    NotAllowed {
        /// The parameter.
        name: String,
        /// The values that are allowed.
        allowed: Vec<String>,
    },
    /// The value cannot be used.
    #[error("the value of `{name}` is too long, empty, or holds control characters (a line break at its end?)")]
    UnusableValue {
        /// The parameter.
        name: String,
    },
    /// The settings lead to no usable host.
    #[error("the settings lead to no usable host: {0}")]
    Host(#[from] TemplateError),
    /// The connection leads to no such host.
    #[error("the connection's settings do not lead to this host; they lead to: {}", known.join(", "))]
    UnknownHost {
        /// Where they lead.
        known: Vec<String>,
    },
    /// The database failed or contradicts.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The act could not be recorded, so it was not done.
    #[error("the act could not be recorded, so it was not done: {0}")]
    Ledger(#[from] LedgerError),
    /// The vault failed.
    #[error("the secrets could not be sealed: {0}")]
    Vault(#[from] VaultError),
    /// The package could not be looked at: a fault of the program.
    #[error("the package could not be looked at: {0}")]
    Failed(String),
}

impl ConnectError {
    /// A word for the kind of error, for records and for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Denied { .. } => "permission_denied",
            Self::WrongCell { reason, .. } => reason,
            Self::Boundary(error) => error.reason(),
            Self::NoVersion { .. } => "no_version",
            Self::Withdrawn => "withdrawn",
            Self::UnreadablePackage => "unreadable_package",
            Self::Unsupported(_) => "auth_unsupported",
            Self::Name => "name",
            Self::UnknownParameter { .. } => "unknown_parameter",
            Self::GivenTwice { .. } => "given_twice",
            Self::SecretAsSetting { .. } => "secret_as_setting",
            Self::SettingAsSecret { .. } => "setting_as_secret",
            Self::Missing { .. } => "missing_parameter",
            Self::NotAllowed { .. } => "value_not_allowed",
            Self::UnusableValue { .. } => "unusable_value",
            Self::Host(error) => error.reason,
            Self::UnknownHost { .. } => "unknown_host",
            Self::Store(_) => "store",
            Self::Ledger(error) => error.code(),
            Self::Vault(_) => "vault",
            Self::Failed(_) => "internal_error",
        }
    }
}

fn suggestion(nearest: Option<&str>, known: &[String]) -> String {
    match nearest {
        Some(name) => format!("is `{name}` meant?"),
        None if known.is_empty() => "it has none".to_owned(),
        None => format!("it has: {}", known.join(", ")),
    }
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
    cell: Region,
    readers: Arc<Semaphore>,
}

/// An act that is permitted and inside the boundary.
struct Act<'a> {
    caller: &'a Caller,
    name: &'static str,
    reason: Reason,
    subject: String,
    environment: EnvironmentId,
}

impl Act<'_> {
    fn record<'r>(&'r self, details: Vec<(&'r str, &'r str)>) -> ActRecord<'r> {
        ActRecord {
            environment: Some(self.environment),
            policies: self.reason.as_str().split(',').collect(),
            details,
            ..ActRecord::done(Some(Who::from(self.caller)), self.name, &self.subject)
        }
    }
}

impl Connections {
    /// For the cell that runs in the region `cell`.
    pub fn new(
        store: Arc<dyn Store>,
        vault: Arc<Vault>,
        ledger: Ledger,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        cell: Region,
    ) -> Self {
        Self { store, vault, ledger, clock, random, cell, readers: Arc::new(Semaphore::new(READERS)) }
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
        let act = Act {
            caller,
            name: "connection.create",
            reason: self.permit(authority, caller, Action::CreateConnection, &resource, "connection.create").await?,
            subject: id.to_string(),
            environment: new.environment,
        };
        self.inside(new.environment).await?;
        if !is_display_name(&new.name) {
            return Err(ConnectError::Name);
        }
        let version = self.current_version(&new.connector).await?;
        let digest = version.digest;
        let given = new.settings;
        let values = self.reading(move || values_of(&version, &given)).await??;
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
            Some(secrets) => Some(self.seal(&connection, &values.roots, secrets).await?),
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
        Ok(connection)
    }

    /// Replaces a connection's secrets, all at once. The generation counts up, so what was sealed before opens no more.
    pub async fn put_secrets(
        &self,
        authority: &Authority,
        caller: &Caller,
        id: ConnectionId,
        secrets: BTreeMap<String, SecretBytes>,
    ) -> Result<Connection, ConnectError> {
        let (before, act) =
            self.existing(authority, caller, id, Action::ManageConnection, "connection.put_secrets").await?;
        let version = self.bound_version(&before).await?;
        let settings = before.settings.clone();
        let (plan, roots) = self.reading(move || standing(&version, &settings)).await??;
        let secrets = given_secrets(&plan, secrets)?;
        let mut after = Connection { generation: before.generation.saturating_add(1), ..before.clone() };
        after.auth_kind = plan.kind();
        after.state = state(&plan, true);
        let sealed = self.seal(&after, &roots, &secrets).await?;
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
        let (before, act) =
            self.existing(authority, caller, id, Action::ManageConnection, "connection.update_settings").await?;
        let version = self.bound_version(&before).await?;
        let old_settings = before.settings.clone();
        let (values, moved) = self.reading(move || moved_values(&version, &settings, &old_settings)).await??;
        let mut after = Connection { settings: values.settings.clone(), ..before.clone() };
        let change = if moved {
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
        Ok(change.after)
    }

    /// Approves a host that the connection's settings lead to; `root` is written as the connection shows it. Repeating
    /// it changes nothing.
    pub async fn approve_host(
        &self,
        authority: &Authority,
        caller: &Caller,
        id: ConnectionId,
        root: &str,
    ) -> Result<Connection, ConnectError> {
        let (before, act) =
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
        host.approved_by = Some(caller.user.clone());
        let change = ConnectionChange { before, after, secrets: SecretsChange::Keep };
        let approve = async { Ok(self.store.change_connection(&change).await?) };
        recorded(&self.ledger, act.record(vec![("host", root)]), ConnectError::code, approve).await?;
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
    ) -> Result<(Connection, Act<'a>), ConnectError> {
        let permitted = self.permitted(authority, caller, id, action, name).await?;
        self.inside(permitted.0.environment).await?;
        Ok(permitted)
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
        let environment = connection.environment;
        Ok((connection, Act { caller, name, reason, subject: id.to_string(), environment }))
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
            Resource::Environment(id) => (id.to_string(), Some(*id)),
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

    /// Custody: whether this cell may keep what belongs to the environment.
    async fn inside(&self, id: EnvironmentId) -> Result<(), ConnectError> {
        let environment = self.store.environment(id).await?;
        let allowed = AllowedSet::of(&environment)?;
        let Err(wrong) = cell_decision(Some(&self.cell), &allowed) else { return Ok(()) };
        let cells = self.store.cells(None, Limit::MAX).await?;
        let home_cell = home_cell(&cells, &wrong.home, Some(&allowed));
        Err(ConnectError::WrongCell { reason: wrong.reason(), home: wrong.home, home_cell })
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
        connection: &Connection,
        roots: &HostRoots,
        secrets: &Secrets,
    ) -> Result<SealedSecrets, ConnectError> {
        self.ensure_data_key(connection.environment).await?;
        Ok(self.vault.seal(&binding(connection, roots), secrets)?)
    }

    /// Loads the environment's data key, which is made with its first secret. Two nodes may race to make it; the loser
    /// takes the winner's.
    async fn ensure_data_key(&self, environment: EnvironmentId) -> Result<(), ConnectError> {
        let key = match self.store.data_key(environment).await {
            Err(StoreError::NotFound(_)) => {
                let made = self.vault.create_data_key(environment)?;
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
        self.vault.load_data_key(&key)?;
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

/// Settings that fit the package, and where they lead.
struct Values {
    plan: AuthPlan,
    settings: BTreeMap<String, String>,
    roots: HostRoots,
}

fn read(version: &Version) -> Result<Package, ConnectError> {
    let files = version.files.to_vec();
    let read = backshell_package::read_files(version.connector.as_str(), files, &Limits::default());
    if read.package.definition.is_none() { Err(ConnectError::UnreadablePackage) } else { Ok(read.package) }
}

/// What connections are asked for.
fn plan_of(version: &Version) -> Result<AuthPlan, ConnectError> {
    Ok(AuthPlan::compile(&read(version)?)?)
}

/// Checks new settings and says where they lead.
fn values_of(version: &Version, given: &BTreeMap<String, String>) -> Result<Values, ConnectError> {
    let package = read(version)?;
    let plan = AuthPlan::compile(&package)?;
    let settings = given_settings(&plan, given)?;
    let roots = backshell_templates::compile(&package).host_roots(&settings)?;
    Ok(Values { plan, settings, roots })
}

/// New settings as [`values_of`] gives them, and whether they lead elsewhere than the old ones.
fn moved_values(
    version: &Version,
    given: &BTreeMap<String, String>,
    old: &BTreeMap<String, String>,
) -> Result<(Values, bool), ConnectError> {
    let values = values_of(version, given)?;
    // Where the old settings led nowhere, everything is new.
    let moved = standing(version, old).map_or(true, |(_, roots)| roots != values.roots);
    Ok((values, moved))
}

/// What connections are asked for, and where a connection's settings lead.
fn standing(version: &Version, settings: &BTreeMap<String, String>) -> Result<(AuthPlan, HostRoots), ConnectError> {
    let package = read(version)?;
    let roots = backshell_templates::compile(&package).host_roots(settings)?;
    Ok((AuthPlan::compile(&package)?, roots))
}

impl Values {
    fn secrets(&self, given: BTreeMap<String, SecretBytes>) -> Result<Secrets, ConnectError> {
        given_secrets(&self.plan, given)
    }

    fn state(&self, has_secrets: bool) -> ConnectionState {
        state(&self.plan, has_secrets)
    }
}

/// Whether a connection can be used: a way to authenticate needs its secrets, and so does a required one that only a
/// policy template sends.
fn state(plan: &AuthPlan, has_secrets: bool) -> ConnectionState {
    let needs = plan.kind() != AuthKind::None
        || plan.parameters().parameters.iter().any(|parameter| parameter.secret && parameter.required);
    if has_secrets || !needs { ConnectionState::Connected } else { ConnectionState::Unauthenticated }
}

/// Settings under the package's own names, with its defaults, checked against what it allows.
fn given_settings(plan: &AuthPlan, given: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, ConnectError> {
    let mut settings = BTreeMap::new();
    for (name, value) in given {
        let parameter = parameter(plan, name)?;
        let name = parameter.name.clone();
        if parameter.secret {
            return Err(ConnectError::SecretAsSetting { name });
        }
        if value.len() > MAX_SETTING_BYTES || value.chars().any(char::is_control) {
            return Err(ConnectError::UnusableValue { name });
        }
        if !parameter.allowed.is_empty() && !parameter.allowed.contains(value) {
            return Err(ConnectError::NotAllowed { name, allowed: parameter.allowed.clone() });
        }
        if settings.insert(name, value.clone()).is_some() {
            return Err(ConnectError::GivenTwice { name: parameter.name.clone() });
        }
    }
    for parameter in plan.parameters().settings() {
        let has_value = settings.get(&parameter.name).is_some_and(|value| !value.is_empty());
        match &parameter.default {
            _ if has_value => {}
            Some(default) => {
                settings.insert(parameter.name.clone(), default.clone());
            }
            None if parameter.required => return Err(ConnectError::Missing { name: parameter.name.clone() }),
            None => {}
        }
    }
    Ok(settings)
}

/// Secrets by their names, complete.
fn given_secrets(plan: &AuthPlan, given: BTreeMap<String, SecretBytes>) -> Result<Secrets, ConnectError> {
    let mut secrets = Secrets::new();
    for (name, value) in given {
        let parameter = parameter(plan, &name)?;
        let name = parameter.name.clone();
        if !parameter.secret {
            return Err(ConnectError::SettingAsSecret { name });
        }
        if value.is_empty() || value.len() > MAX_SECRET_BYTES || value.expose().iter().any(u8::is_ascii_control) {
            return Err(ConnectError::UnusableValue { name });
        }
        let secret = SecretName::new(&name);
        if secrets.get(&secret).is_some() {
            return Err(ConnectError::GivenTwice { name });
        }
        secrets.insert(secret, value);
    }
    let mut wanted = plan.parameters().parameters.iter().filter(|parameter| parameter.secret);
    let missing =
        |parameter: &&PlannedParameter| parameter.required && secrets.get(&SecretName::new(&parameter.name)).is_none();
    if let Some(parameter) = wanted.clone().find(missing) {
        return Err(ConnectError::Missing { name: parameter.name.clone() });
    }
    match wanted.next() {
        // A package may mark its only secret as optional; giving none of it is still no way to authenticate.
        Some(first) if secrets.is_empty() => Err(ConnectError::Missing { name: first.name.clone() }),
        _ => Ok(secrets),
    }
}

fn parameter<'p>(plan: &'p AuthPlan, name: &str) -> Result<&'p PlannedParameter, ConnectError> {
    plan.parameters().get(name).ok_or_else(|| {
        let known: Vec<String> = plan.parameters().parameters.iter().map(|known| known.name.clone()).collect();
        let lower = name.to_ascii_lowercase();
        let like = |known: &str| strsim::jaro_winkler(&lower, &known.to_ascii_lowercase());
        let nearest = known.iter().max_by(|one, other| like(one).total_cmp(&like(other)));
        let nearest = nearest.filter(|known| like(known) > 0.7).cloned();
        ConnectError::UnknownParameter { nearest, known }
    })
}

/// The approved roots for a record: a root holds no space.
fn approved_hosts(connection: &Connection) -> String {
    let approved = connection.hosts.iter().filter(|host| host.approved_by.is_some());
    approved.map(|host| host.root.to_string()).collect::<Vec<_>>().join(" ")
}

/// The hosts that need approval, approved by `approver` at once if there is one.
fn hosts(roots: &HostRoots, approver: Option<&UserId>) -> Vec<HostApproval> {
    let approve = |root: &ServiceRoot| HostApproval { root: root.clone(), approved_by: approver.cloned() };
    roots.to_approve.iter().map(approve).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> AuthPlan {
        let definition = r#"{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "host": "api.contoso.example",
            "paths": {}, "securityDefinitions": {"k": {"type": "apiKey", "in": "header", "name": "X-Key"}}}"#;
        let properties = r#"{"properties": {"connectionParameters": {
            "api_key": {"type": "securestring", "uiDefinition": {"constraints": {"required": "false"}}},
            "Region": {"type": "string", "allowedValues": [{"value": "eu"}, {"value": "us"}],
                "uiDefinition": {"constraints": {"required": "true"}}},
            "tier": {"type": "string", "defaultValue": "free", "uiDefinition": {"constraints": {"required": "true"}}}
        }}}"#;
        let files = [("apiDefinition.swagger.json", definition), ("apiProperties.json", properties)];
        let files = files.map(|(name, text)| (name.to_owned(), Arc::from(text.as_bytes()))).to_vec();
        AuthPlan::compile(&backshell_package::read_files("t", files, &Limits::default()).package).unwrap()
    }

    fn settings(given: &[(&str, &str)]) -> Result<BTreeMap<String, String>, &'static str> {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        given_settings(&plan(), &given).map_err(|error| error.code())
    }

    fn secrets(given: &[(&str, &str)]) -> Result<usize, &'static str> {
        let secret = |(name, value): &(&str, &str)| ((*name).to_owned(), SecretBytes::new(value.as_bytes().to_vec()));
        given_secrets(&plan(), given.iter().map(secret).collect())
            .map(|secrets| secrets.len())
            .map_err(|error| error.code())
    }

    #[test]
    fn settings_get_their_own_names_and_defaults() {
        let expected = BTreeMap::from([("Region".to_owned(), "eu".to_owned()), ("tier".to_owned(), "free".to_owned())]);
        assert_eq!(settings(&[("region", "eu")]), Ok(expected.clone()));
        assert_eq!(settings(&[("REGION", "eu"), ("tier", "")]), Ok(expected));
        assert_eq!(settings(&[("Region", "us"), ("tier", "gold")]).unwrap()["tier"], "gold");
    }

    #[test]
    fn settings_that_do_not_fit() {
        for (given, code) in [
            (&[][..], "missing_parameter"),
            (&[("Region", "cn")], "value_not_allowed"),
            (&[("Region", "")], "value_not_allowed"),
            (&[("Region", "eu"), ("region", "us")], "given_twice"),
            (&[("Region", "eu"), ("api_key", "x")], "secret_as_setting"),
            (&[("Region", "eu"), ("colour", "x")], "unknown_parameter"),
            (&[("Region", "eu"), ("tier", "a\u{7f}")], "unusable_value"),
        ] {
            assert_eq!(settings(given), Err(code), "{given:?}");
        }
        let long = "x".repeat(MAX_SETTING_BYTES + 1);
        assert_eq!(settings(&[("Region", "eu"), ("tier", &long)]), Err("unusable_value"));
    }

    #[test]
    fn secrets_that_fit_and_that_do_not() {
        assert_eq!(secrets(&[("API_KEY", "k")]), Ok(1));
        let long = "x".repeat(MAX_SECRET_BYTES + 1);
        for (given, code) in [
            (&[][..], "missing_parameter"),
            (&[("api_key", "")], "unusable_value"),
            (&[("api_key", "k\r\n")], "unusable_value"),
            (&[("api_key", long.as_str())], "unusable_value"),
            (&[("api_key", "k"), ("Api_Key", "k")], "given_twice"),
            (&[("region", "eu")], "setting_as_secret"),
            (&[("apikey", "k")], "unknown_parameter"),
        ] {
            assert_eq!(secrets(given), Err(code), "{given:?}");
        }
    }

    #[test]
    fn the_nearest_name_is_offered_when_it_is_near() {
        let message = |name: &str| parameter(&plan(), name).unwrap_err().to_string();
        assert!(message("apikey").contains("is `api_key` meant?"), "{}", message("apikey"));
        assert!(!message("zzzzzz").contains("meant"), "{}", message("zzzzzz"));
        assert!(message(&"n".repeat(500)).len() < 250);
    }

    #[test]
    fn a_way_to_authenticate_needs_its_secrets() {
        assert_eq!(state(&plan(), false), ConnectionState::Unauthenticated);
        assert_eq!(state(&plan(), true), ConnectionState::Connected);
    }
}
