//! Connections that go along with an update that changes nothing for them.

use super::values::given_settings;
use super::{ConnectError, Connections, recorded};
use backshell_auth::AuthPlan;
use backshell_ledger::{ActRecord, Who};
use backshell_model::{Caller, Connection, ConnectorSlug, PackageDigest, Version};
use backshell_package::Limits;
use backshell_store::{Conflict, ConnectionChange, ConnectionFilter, Limit, SecretsChange, StoreError};
use backshell_templates::TemplateSet;
use std::sync::Arc;

/// What of a version concerns the connections to it.
struct Side {
    plan: AuthPlan,
    templates: TemplateSet,
}

impl Connections {
    /// Binds the connections that are bound to the version `from` of a connector to `to`, where they prove themselves in the
    /// same way and lead to the same hosts; the others stay. Answers how many there were.
    ///
    /// The caller may publish the connector, and has made sure that the update breaks nothing.
    pub async fn follow(
        &self,
        caller: &Caller,
        connector: &ConnectorSlug,
        from: PackageDigest,
        to: PackageDigest,
    ) -> Result<usize, ConnectError> {
        let (old, new) = (self.store.version(connector, from).await?, self.store.version(connector, to).await?);
        let sides = self.reading(move || Some((side(&old)?, side(&new)?))).await?;
        // What no connection can be made to stays as it is.
        let Some((old, new)) = sides else { return Ok(0) };
        let filter = ConnectionFilter { connector: Some(connector.clone()), ..ConnectionFilter::default() };
        let (mut after, mut followed) = (None, 0);
        loop {
            let page = self.store.connections(&filter, after, Limit::MAX).await?;
            let Some(last) = page.last() else { return Ok(followed) };
            after = Some(last.id);
            for before in page.into_iter().filter(|connection| connection.version == from) {
                if let Some(change) = moved(before, to, &old, &new) {
                    followed += usize::from(self.move_connection(caller, &change).await?);
                }
            }
        }
    }

    /// Whether the connection was moved; one that has just been changed or removed is left alone.
    async fn move_connection(&self, caller: &Caller, change: &ConnectionChange) -> Result<bool, ConnectError> {
        let (subject, version) = (change.after.id.to_string(), change.after.version.to_string());
        let record = ActRecord {
            environment: Some(change.after.environment),
            details: vec![("version", version.as_str())],
            ..ActRecord::done(Some(Who::from(caller)), "connection.follow", &subject)
        };
        let follow = async { Ok(self.store.change_connection(change).await?) };
        match recorded(&self.ledger, record, ConnectError::code, follow).await {
            Ok(()) => Ok(true),
            Err(ConnectError::Store(StoreError::Conflict(Conflict::Changed(_)) | StoreError::NotFound(_))) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn side(version: &Version) -> Option<Side> {
    let files = version.files.iter().map(|(path, bytes)| (path.clone(), Arc::clone(bytes))).collect();
    let read = backshell_package::read_files(version.connector.as_str(), files, &Limits::default());
    let plan = AuthPlan::compile(&read.package).ok()?;
    Some(Side { plan, templates: backshell_templates::compile(&read.package) })
}

/// The change that binds a connection to the version `to`; `None` where it would prove itself in another way, lead
/// elsewhere, or lack a setting.
fn moved(before: Connection, to: PackageDigest, old: &Side, new: &Side) -> Option<ConnectionChange> {
    let settings = given_settings(&new.plan, &before.settings).ok()?;
    let roots = old.templates.host_roots(&before.settings).ok()?;
    let stays = before.auth_kind == new.plan.kind() && old.plan.kind() == new.plan.kind();
    if !stays || new.templates.host_roots(&settings).ok()? != roots {
        return None;
    }
    let after = Connection { version: to, settings, ..before.clone() };
    Some(ConnectionChange { before, after, secrets: SecretsChange::Keep })
}
