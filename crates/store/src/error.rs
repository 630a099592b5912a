//! What can go wrong with the database. No message holds SQL or a stored value.

use std::fmt;

/// What a row stands for, in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Noun {
    /// A tenant.
    Tenant,
    /// An environment.
    Environment,
    /// An environment's wrapped data key.
    DataKey,
    /// A cell.
    Cell,
    /// A connector.
    Connector,
    /// A version of a connector.
    Version,
    /// A connection.
    Connection,
    /// An access token.
    Token,
    /// A user's pseudonym.
    Pseudonym,
    /// A crossing grant.
    CrossingGrant,
    /// A challenge to prove ownership of a host.
    OwnershipProof,
    /// The consent of a host's owner.
    OwnershipConsent,
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tenant => "tenant",
            Self::Environment => "environment",
            Self::DataKey => "data key",
            Self::Cell => "cell",
            Self::Connector => "connector",
            Self::Version => "connector version",
            Self::Connection => "connection",
            Self::Token => "access token",
            Self::Pseudonym => "pseudonym",
            Self::CrossingGrant => "crossing grant",
            Self::OwnershipProof => "challenge",
            Self::OwnershipConsent => "consent",
        })
    }
}

/// What a write contradicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// One with this identifier or unique name exists.
    #[error("there is such a {0} already; choose another name")]
    Exists(Noun),
    /// It is not what the caller read: somebody else changed it in between.
    #[error("the {0} was changed in the meantime; read it again and repeat the change")]
    Changed(Noun),
    /// The version was withdrawn; publishing the same bytes again does not bring it back.
    #[error("this version was withdrawn; publish a changed package")]
    Withdrawn,
    /// The connector has another owner, publisher kind or infrastructure than the publication says.
    #[error("the connector's owner, publisher kind and infrastructure stay what they are; choose another slug")]
    OtherConnector,
    /// Nobody would be left to give the role back.
    #[error("this is the last administrator; give somebody else the role first")]
    LastAdministrator,
    /// The rows do not continue the ledger without gap or repetition.
    #[error("the rows do not follow the last row of the ledger; read its tail again")]
    LedgerSequence,
}

/// Why the store did not do what it was asked to do. A write that fails has changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// What was asked for, or what a new row refers to, does not exist.
    #[error("there is no such {0}")]
    NotFound(Noun),
    /// The write contradicts what is stored.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The caller's value is inconsistent in itself; the text says how. A mistake in the program, not of a user.
    #[error("the change is inconsistent: {0}")]
    Invalid(&'static str),
    /// Somebody else held the database for too long.
    #[error("the database is busy; try again")]
    Busy,
    /// A stored value cannot be read back; the text names the column.
    #[error("the database holds a value that cannot be read ({0}); restore it from a backup")]
    Corrupt(&'static str),
    /// The database cannot be reached, opened or written; the text says why, without values.
    #[error("the database is not available: {0}")]
    Unavailable(String),
}
