//! Connections: a user's authenticated binding to a connector in one environment.
//!
//! The making of them is `gateway::connect`'s; here its errors become statuses and its values become JSON.

pub(crate) mod approve_host;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod put_secrets;
pub(crate) mod put_settings;

use crate::problem::{Kind, Problem};
use crate::secret::SecretText;
use crate::time::rfc3339;
use backshell_gateway::connect::ConnectError;
use backshell_model::{Connection, HostApproval, SecretBytes};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A user's binding to a connector. Its secrets are never shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Connection)]
pub(crate) struct ConnectionBody {
    /// Names the connection.
    id: String,
    /// The environment it belongs to.
    environment: String,
    /// The connector.
    connector: String,
    /// The digest of the version it is bound to.
    version: String,
    /// Its name for people.
    name: String,
    /// Who made it.
    owner: String,
    /// How it proves itself: `none`, `api_key` or `basic`.
    auth_kind: &'static str,
    /// Its settings by name.
    settings: BTreeMap<String, String>,
    /// Where its settings lead to, beyond the certified hosts. Calls go to approved ones only.
    hosts: Vec<HostBody>,
    /// `connected`, or `unauthenticated` while its secrets are missing.
    state: &'static str,
    /// Counts up with each change of its secrets or hosts.
    generation: u64,
    /// When it was made.
    created_at: String,
}

/// A host that a connection's settings lead to.
#[derive(Serialize, ToSchema)]
struct HostBody {
    /// Scheme, host, port if it is not the scheme's own, and path prefix.
    root: String,
    /// Whether an administrator approved it.
    approved: bool,
    /// Who did.
    approved_by: Option<String>,
}

impl From<HostApproval> for HostBody {
    fn from(host: HostApproval) -> Self {
        Self {
            root: host.root.to_string(),
            approved: host.approved_by.is_some(),
            approved_by: host.approved_by.map(|user| user.to_string()),
        }
    }
}

impl From<Connection> for ConnectionBody {
    fn from(connection: Connection) -> Self {
        Self {
            id: connection.id.to_string(),
            environment: connection.environment.to_string(),
            connector: connection.connector.to_string(),
            version: connection.version.to_string(),
            name: connection.name,
            owner: connection.owner.to_string(),
            auth_kind: connection.auth_kind.as_str(),
            settings: connection.settings,
            hosts: connection.hosts.into_iter().map(Into::into).collect(),
            state: connection.state.as_str(),
            generation: connection.generation,
            created_at: rfc3339(connection.created_at),
        }
    }
}

fn secret_bytes(secrets: BTreeMap<String, SecretText>) -> BTreeMap<String, SecretBytes> {
    secrets.into_iter().map(|(name, secret)| (name, secret.into_bytes())).collect()
}

impl From<ConnectError> for Problem {
    fn from(error: ConnectError) -> Self {
        let code = error.code();
        let text = error.to_string();
        match error {
            ConnectError::Denied { reason, .. } => Self::new(Kind::PermissionDenied, text)
                .reason(reason.as_str())
                .help("ask the owner of the connection, or an administrator"),
            ConnectError::Store(error) => error.into(),
            ConnectError::Ledger(error) => error.into(),
            ConnectError::WrongCell { home_cell, .. } => {
                let problem = Self::new(Kind::WrongCell, text).reason(code);
                match home_cell {
                    Some(address) => problem.help(format!("use the cell whose gateway is {address}")),
                    None => problem.help("use a cell in the environment's home region"),
                }
            }
            ConnectError::NoVersion { .. } | ConnectError::UnknownHost { .. } => Self::not_found(text),
            ConnectError::HostHeld { .. } => Self::conflict(text)
                .reason(code)
                .help("`GET /api/v1/connectors/{connector}/verification` says what was found; the connector's owner settles it"),
            ConnectError::Withdrawn
            | ConnectError::Boundary(_)
            | ConnectError::UnreadablePackage
            | ConnectError::Unsupported(_) => Self::conflict(text).reason(code),
            ConnectError::Vault(error) => Self::internal(&error),
            ConnectError::Failed(_) => Self::internal(&text),
            _ => Self::bad_request(text).reason(code),
        }
    }
}
