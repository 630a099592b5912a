//! What retention and erasure ask of the database: to remember how far they came, and to leave nothing readable behind.

use crate::StoreError;
use async_trait::async_trait;
use backshell_model::{Timestamp, UserId};

/// Where a user's name still stands after their erasure from the ledger: each of these is for somebody to revoke, delete
/// or hand over, because it is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UserTraces {
    /// Tokens of theirs, or made by them, that can still be used.
    pub tokens: u64,
    /// Connections that they own.
    pub connections: u64,
    /// Connectors that they were the first to publish.
    pub connectors: u64,
    /// Hosts of connections that they approved.
    pub approvals: u64,
    /// Shares with them, or given by them.
    pub shares: u64,
    /// Groups that they are in.
    pub memberships: u64,
    /// Crossing grants that they recorded. The ledger names grants, so these are kept.
    pub grants: u64,
    /// Challenges that they opened or have to answer, and consents that they recorded or were given. Kept as grants are.
    pub ownership: u64,
    /// Roles that they hold.
    pub roles: u64,
}

impl UserTraces {
    /// Whether nothing names the user any more.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Retention of the ledger's bodies and erasure of users.
#[async_trait]
pub trait RetentionRepository: Send + Sync {
    /// The record up to which retention has dealt with all records of `class`; 0 in the beginning.
    async fn retention_mark(&self, class: &str) -> Result<i64, StoreError>;

    /// Sets the bodies of these rows to nothing and the mark of `class` to `mark`, in one transaction; how many rows had
    /// a body. A mark never goes back.
    async fn retain(&self, class: &str, erase: &[i64], mark: i64) -> Result<u64, StoreError>;

    /// Gives back the space of erased bodies up to record `to`, in steps of a few thousand records; whether there is more
    /// to do. `class` names how far this has come, like a mark.
    async fn reclaim(&self, class: &str, to: i64) -> Result<bool, StoreError>;

    /// Forgets the tokens of a user, and those made by them, that were revoked or have expired before `now`; how many.
    /// The ledger names tokens, so a token that is kept says whose the records are.
    async fn remove_dead_tokens(&self, user: &UserId, now: Timestamp) -> Result<u64, StoreError>;

    /// What still names a user.
    async fn traces_of(&self, user: &UserId, now: Timestamp) -> Result<UserTraces, StoreError>;

    /// Sees to it that nothing that was erased before can be read from the database's files. False when somebody else
    /// reads the database at this moment, so that its log could not be emptied: ask again later.
    async fn scrub(&self) -> Result<bool, StoreError>;
}
