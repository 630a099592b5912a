//! Access: tokens, roles, groups and shares.

use crate::{Limit, StoreError};
use async_trait::async_trait;
use backshell_model::{
    AccessToken, ConnectionId, Grantee, GroupId, Membership, RoleAssignment, Share, Timestamp, TokenHash, TokenId,
    UserId,
};

/// Who may do what, as facts; the decisions are `permission`'s.
#[async_trait]
pub trait AccessRepository: Send + Sync {
    /// Adds a token; `Conflict` when its identifier or hash is taken.
    async fn add_token(&self, token: &AccessToken) -> Result<(), StoreError>;

    /// Revokes a token; whether it was not revoked before. The first revocation's time stays.
    async fn revoke_token(&self, id: TokenId, at: Timestamp) -> Result<bool, StoreError>;

    /// Forgets up to `limit` tokens that expired before `before`; how many. Expired tokens are refused anyway, so this
    /// does not count the store's generation up.
    async fn remove_expired_tokens(&self, before: Timestamp, limit: Limit) -> Result<u64, StoreError>;

    /// One token, whether it is valid or not.
    async fn token(&self, id: TokenId) -> Result<AccessToken, StoreError>;

    /// The token with this hash, whether it is valid or not.
    async fn token_by_hash(&self, hash: TokenHash) -> Result<AccessToken, StoreError>;

    /// Tokens of a user, or of all, in the order of their identifiers.
    async fn tokens(
        &self,
        user: Option<&UserId>,
        after: Option<TokenId>,
        limit: Limit,
    ) -> Result<Vec<AccessToken>, StoreError>;

    /// Gives a role; whether the user did not hold it before.
    async fn assign_role(&self, assignment: &RoleAssignment) -> Result<bool, StoreError>;

    /// Takes a role; whether the user held it. `Conflict` when nobody would be administrator any more.
    async fn withdraw_role(&self, assignment: &RoleAssignment) -> Result<bool, StoreError>;

    /// Role assignments in the order of user, then role.
    async fn roles(&self, after: Option<&RoleAssignment>, limit: Limit) -> Result<Vec<RoleAssignment>, StoreError>;

    /// Puts a user into a group; whether they were not in it before.
    async fn add_member(&self, membership: &Membership) -> Result<bool, StoreError>;

    /// Takes a user out of a group; whether they were in it.
    async fn remove_member(&self, membership: &Membership) -> Result<bool, StoreError>;

    /// Memberships of one group, or of all, in the order of group, then user.
    async fn memberships(
        &self,
        group: Option<&GroupId>,
        after: Option<&Membership>,
        limit: Limit,
    ) -> Result<Vec<Membership>, StoreError>;

    /// Shares a connection; whether it was not shared with this grantee before. `NotFound` when there is no such
    /// connection.
    async fn add_share(&self, share: &Share) -> Result<bool, StoreError>;

    /// Ends a share; whether there was one.
    async fn remove_share(&self, connection: ConnectionId, grantee: &Grantee) -> Result<bool, StoreError>;

    /// Shares of a connection, groups before users, each by name.
    async fn shares(
        &self,
        connection: ConnectionId,
        after: Option<&Grantee>,
        limit: Limit,
    ) -> Result<Vec<Share>, StoreError>;
}
