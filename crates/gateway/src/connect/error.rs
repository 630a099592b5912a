//! Why a connection was not made or changed.

use backshell_auth::AuthProblem;
use backshell_boundary::{BoundaryError, Unattested};
use backshell_ledger::LedgerError;
use backshell_model::{ConnectorSlug, Drift, HostName, Region};
use backshell_permission::{Action, Reason};
use backshell_store::StoreError;
use backshell_templates::TemplateError;
use backshell_vault::VaultError;

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
    #[error("{}; its home is `{home}`", outside(*.unattested))]
    WrongCell {
        /// Why the cell is not attested, when that is the reason.
        unattested: Option<Unattested>,
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
    /// Re-verification found that the host changed.
    #[error("no new connections are made to `{host}`, because re-verification found a change ({})", drift.as_str())]
    HostHeld {
        /// The host.
        host: HostName,
        /// What changed.
        drift: Drift,
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
            Self::HostHeld { drift, .. } => drift.as_str(),
            Self::Store(_) => "store",
            Self::Ledger(error) => error.code(),
            Self::Vault(_) => "vault",
            Self::Failed(_) => "internal_error",
        }
    }
}

fn outside(unattested: Option<Unattested>) -> String {
    match unattested {
        Some(why) => format!("this cell may not keep anything of the environment: {why}"),
        None => "this cell lies outside the environment's boundary".to_owned(),
    }
}

fn suggestion(nearest: Option<&str>, known: &[String]) -> String {
    match nearest {
        Some(name) => format!("is `{name}` meant?"),
        None if known.is_empty() => "it has none".to_owned(),
        None => format!("it has: {}", known.join(", ")),
    }
}
