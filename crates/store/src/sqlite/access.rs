//! Tokens, roles, groups and shares in SQLite.

use super::SqliteStore;
use super::column::Columns;
use super::statement::{Statement, insert, many, one, run};
use crate::repository::AccessRepository;
use crate::{Conflict, Limit, Noun, StoreError};
use async_trait::async_trait;
use backshell_model::{
    AccessToken, AppName, ConnectionId, Grantee, GroupId, Membership, Role, RoleAssignment, Scope, Scopes, Share,
    Timestamp, TokenHash, TokenId, UserId,
};
use sqlx::sqlite::SqliteRow;

#[async_trait]
impl AccessRepository for SqliteStore {
    async fn add_token(&self, token: &AccessToken) -> Result<(), StoreError> {
        let scopes = token.scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(" ");
        let row = sqlx::query(
            "INSERT INTO tokens
                 (id, hash, user, issued_by, app, scopes, environment, created_at, expires_at, revoked_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )
        .bind(token.id.to_string())
        .bind(token.hash.0.as_slice())
        .bind(token.user.as_str())
        .bind(token.issued_by.as_str())
        .bind(token.app.as_str())
        .bind(scopes)
        .bind(token.environment.map(|id| id.to_string()))
        .bind(token.created_at.as_micros())
        .bind(token.expires_at.as_micros())
        .bind(token.revoked_at.map(Timestamp::as_micros));
        let mut write = self.write().await?;
        insert(write.sql(), row, Noun::Token, Noun::Environment).await?;
        write.commit_facts().await
    }

    async fn revoke_token(&self, id: TokenId, at: Timestamp) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let query = sqlx::query("SELECT 1 FROM tokens WHERE id = ?1").bind(id.to_string());
        one(write.sql(), query).await?.ok_or(StoreError::NotFound(Noun::Token))?;
        let change = sqlx::query("UPDATE tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")
            .bind(id.to_string())
            .bind(at.as_micros());
        let revoked = run(write.sql(), change).await? > 0;
        write.commit_facts_if(revoked).await
    }

    async fn remove_expired_tokens(&self, before: Timestamp, limit: Limit) -> Result<u64, StoreError> {
        let removal = sqlx::query(
            "DELETE FROM tokens WHERE id IN
                 (SELECT id FROM tokens WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)",
        )
        .bind(before.as_micros())
        .bind(limit.rows());
        run(&self.writer, removal).await
    }

    async fn token(&self, id: TokenId) -> Result<AccessToken, StoreError> {
        let query = sqlx::query("SELECT * FROM tokens WHERE id = ?1").bind(id.to_string());
        token(&one(&self.readers, query).await?.ok_or(StoreError::NotFound(Noun::Token))?)
    }

    async fn token_by_hash(&self, hash: TokenHash) -> Result<AccessToken, StoreError> {
        let query = sqlx::query("SELECT * FROM tokens WHERE hash = ?1").bind(hash.0.as_slice());
        token(&one(&self.readers, query).await?.ok_or(StoreError::NotFound(Noun::Token))?)
    }

    async fn tokens(
        &self,
        user: Option<&UserId>,
        after: Option<TokenId>,
        limit: Limit,
    ) -> Result<Vec<AccessToken>, StoreError> {
        let query =
            sqlx::query("SELECT * FROM tokens WHERE id > ?1 AND user IS coalesce(?2, user) ORDER BY id LIMIT ?3")
                .bind(after.map(|id| id.to_string()).unwrap_or_default())
                .bind(user.map(UserId::as_str))
                .bind(limit.rows());
        many(&self.readers, query, token).await
    }

    async fn assign_role(&self, assignment: &RoleAssignment) -> Result<bool, StoreError> {
        self.change_access(
            sqlx::query("INSERT INTO roles (user, role) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
                .bind(assignment.user.as_str())
                .bind(assignment.role.as_str()),
        )
        .await
    }

    async fn withdraw_role(&self, assignment: &RoleAssignment) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let removal = sqlx::query("DELETE FROM roles WHERE user = ?1 AND role = ?2")
            .bind(assignment.user.as_str())
            .bind(assignment.role.as_str());
        let withdrawn = run(write.sql(), removal).await? > 0;
        // Asked inside the transaction, so that two administrators cannot take the role from each other at once.
        if withdrawn && assignment.role == Role::Administrator {
            let query = sqlx::query("SELECT 1 FROM roles WHERE role = ?1 LIMIT 1").bind(Role::Administrator.as_str());
            one(write.sql(), query).await?.ok_or(Conflict::LastAdministrator)?;
        }
        write.commit_facts_if(withdrawn).await
    }

    async fn roles(&self, after: Option<&RoleAssignment>, limit: Limit) -> Result<Vec<RoleAssignment>, StoreError> {
        let query = sqlx::query("SELECT * FROM roles WHERE (user, role) > (?1, ?2) ORDER BY user, role LIMIT ?3")
            .bind(after.map(|last| last.user.as_str()).unwrap_or_default())
            .bind(after.map(|last| last.role.as_str()).unwrap_or_default())
            .bind(limit.rows());
        many(&self.readers, query, role).await
    }

    async fn add_member(&self, membership: &Membership) -> Result<bool, StoreError> {
        self.change_access(
            sqlx::query("INSERT INTO memberships (member_of, user) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
                .bind(membership.group.as_str())
                .bind(membership.user.as_str()),
        )
        .await
    }

    async fn remove_member(&self, membership: &Membership) -> Result<bool, StoreError> {
        self.change_access(
            sqlx::query("DELETE FROM memberships WHERE member_of = ?1 AND user = ?2")
                .bind(membership.group.as_str())
                .bind(membership.user.as_str()),
        )
        .await
    }

    async fn memberships(
        &self,
        group: Option<&GroupId>,
        after: Option<&Membership>,
        limit: Limit,
    ) -> Result<Vec<Membership>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM memberships
             WHERE (member_of, user) > (?1, ?2) AND member_of IS coalesce(?3, member_of)
             ORDER BY member_of, user LIMIT ?4",
        )
        .bind(after.map(|last| last.group.as_str()).unwrap_or_default())
        .bind(after.map(|last| last.user.as_str()).unwrap_or_default())
        .bind(group.map(GroupId::as_str))
        .bind(limit.rows());
        many(&self.readers, query, membership).await
    }

    async fn add_share(&self, share: &Share) -> Result<bool, StoreError> {
        let (kind, grantee) = grantee_columns(&share.grantee);
        let mut write = self.write().await?;
        let query = sqlx::query("SELECT 1 FROM connections WHERE id = ?1").bind(share.connection.to_string());
        one(write.sql(), query).await?.ok_or(StoreError::NotFound(Noun::Connection))?;
        let row = sqlx::query(
            "INSERT INTO shares (connection, grantee_kind, grantee, granted_by, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        )
        .bind(share.connection.to_string())
        .bind(kind)
        .bind(grantee)
        .bind(share.granted_by.as_str())
        .bind(share.created_at.as_micros());
        let added = run(write.sql(), row).await? > 0;
        write.commit_facts_if(added).await
    }

    async fn remove_share(&self, connection: ConnectionId, grantee: &Grantee) -> Result<bool, StoreError> {
        let (kind, name) = grantee_columns(grantee);
        self.change_access(
            sqlx::query("DELETE FROM shares WHERE connection = ?1 AND grantee_kind = ?2 AND grantee = ?3")
                .bind(connection.to_string())
                .bind(kind)
                .bind(name),
        )
        .await
    }

    async fn shares(
        &self,
        connection: ConnectionId,
        after: Option<&Grantee>,
        limit: Limit,
    ) -> Result<Vec<Share>, StoreError> {
        let (kind, name) = after.map_or(("", ""), grantee_columns);
        let query = sqlx::query(
            "SELECT * FROM shares WHERE connection = ?1 AND (grantee_kind, grantee) > (?2, ?3)
             ORDER BY grantee_kind, grantee LIMIT ?4",
        )
        .bind(connection.to_string())
        .bind(kind)
        .bind(name)
        .bind(limit.rows());
        many(&self.readers, query, share).await
    }
}

impl SqliteStore {
    /// Adds or removes one row; whether that changed anything.
    async fn change_access(&self, statement: Statement<'_>) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let changed = run(write.sql(), statement).await? > 0;
        write.commit_facts_if(changed).await
    }
}

/// The columns that a grantee is kept in.
fn grantee_columns(grantee: &Grantee) -> (&'static str, &str) {
    match grantee {
        Grantee::Group(group) => ("group", group.as_str()),
        Grantee::User(user) => ("user", user.as_str()),
    }
}

pub(super) fn token(row: &SqliteRow) -> Result<AccessToken, StoreError> {
    Ok(AccessToken {
        id: row.parsed("id")?,
        hash: TokenHash(row.array("hash")?),
        user: row.named("user", UserId::new)?,
        issued_by: row.named("issued_by", UserId::new)?,
        app: row.named("app", AppName::new)?,
        scopes: row.named("scopes", |names| {
            names.split(' ').filter(|name| !name.is_empty()).map(str::parse).collect::<Result<Scopes, _>>()
        })?,
        environment: row
            .value::<Option<&str>>("environment")?
            .map(str::parse)
            .transpose()
            .map_err(|_| StoreError::Corrupt("environment"))?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        revoked_at: row.value::<Option<i64>>("revoked_at")?.map(Timestamp::from_micros),
    })
}

pub(super) fn role(row: &SqliteRow) -> Result<RoleAssignment, StoreError> {
    Ok(RoleAssignment {
        user: row.named("user", UserId::new)?,
        role: row.word("role", |word| Role::ALL.into_iter().find(|role| role.as_str() == word))?,
    })
}

pub(super) fn membership(row: &SqliteRow) -> Result<Membership, StoreError> {
    Ok(Membership { group: row.named("member_of", GroupId::new)?, user: row.named("user", UserId::new)? })
}

pub(super) fn share(row: &SqliteRow) -> Result<Share, StoreError> {
    let grantee = match row.value("grantee_kind")? {
        "group" => Grantee::Group(row.named("grantee", GroupId::new)?),
        "user" => Grantee::User(row.named("grantee", UserId::new)?),
        _ => return Err(StoreError::Corrupt("grantee_kind")),
    };
    Ok(Share {
        connection: row.parsed("connection")?,
        grantee,
        granted_by: row.named("granted_by", UserId::new)?,
        created_at: row.time("created_at")?,
    })
}
