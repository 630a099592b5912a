//! Connections in SQLite, and the writing of their secrets.

use super::SqliteStore;
use super::column::{Columns, stored};
use super::statement::{insert, many, one, run};
use crate::repository::{ConnectionChange, ConnectionFilter, ConnectionRepository, SecretsChange};
use crate::{Conflict, Limit, Noun, StoreError};
use async_trait::async_trait;
use backshell_model::{
    AuthKind, Connection, ConnectionId, ConnectionState, ConnectorSlug, HostApproval, HostName, PackageDigest, Scheme,
    SealedSecrets, ServiceRoot, UserId,
};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use std::collections::BTreeSet;

#[async_trait]
impl ConnectionRepository for SqliteStore {
    async fn add_connection(&self, connection: &Connection, secrets: Option<&SealedSecrets>) -> Result<(), StoreError> {
        let row = sqlx::query(
            "INSERT INTO connections (id, environment, connector, version, name, owner, auth_kind, settings, hosts,
                 state, generation, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )
        .bind(connection.id.to_string())
        .bind(connection.environment.to_string())
        .bind(connection.connector.as_str())
        .bind(connection.version.0.as_slice())
        .bind(&connection.name)
        .bind(connection.owner.as_str())
        .bind(connection.auth_kind.as_str())
        .bind(settings_json(connection)?)
        .bind(hosts_json(connection)?)
        .bind(connection.state.as_str())
        .bind(stored(connection.generation)?)
        .bind(connection.created_at.as_micros());
        let mut write = self.write().await?;
        // SQLite does not say which reference failed, so the version is asked for by name.
        let query = sqlx::query("SELECT 1 FROM versions WHERE connector = ?1 AND digest = ?2")
            .bind(connection.connector.as_str())
            .bind(connection.version.0.as_slice());
        one(write.sql(), query).await?.ok_or(StoreError::NotFound(Noun::Version))?;
        insert(write.sql(), row, Noun::Connection, Noun::Environment).await?;
        if let Some(secrets) = secrets {
            put_secrets(write.sql(), connection, secrets).await?;
        }
        write.commit_facts().await
    }

    async fn change_connection(&self, change: &ConnectionChange) -> Result<(), StoreError> {
        change.check()?;
        let ConnectionChange { before, after, secrets } = change;
        let mut write = self.write().await?;
        let query = sqlx::query("SELECT * FROM connections WHERE id = ?1").bind(before.id.to_string());
        let stored_now = one(write.sql(), query).await?.ok_or(StoreError::NotFound(Noun::Connection))?;
        if connection(&stored_now)? != *before {
            return Err(Conflict::Changed(Noun::Connection).into());
        }
        let row = sqlx::query(
            "UPDATE connections SET version = ?2, name = ?3, auth_kind = ?4, settings = ?5, hosts = ?6, state = ?7,
                 generation = ?8
             WHERE id = ?1 AND generation = ?9",
        )
        .bind(after.id.to_string())
        .bind(after.version.0.as_slice())
        .bind(&after.name)
        .bind(after.auth_kind.as_str())
        .bind(settings_json(after)?)
        .bind(hosts_json(after)?)
        .bind(after.state.as_str())
        .bind(stored(after.generation)?)
        .bind(stored(before.generation)?);
        insert(write.sql(), row, Noun::Connection, Noun::Version).await?;
        if *secrets != SecretsChange::Keep {
            let old = sqlx::query("DELETE FROM sealed_secrets WHERE connection = ?1").bind(after.id.to_string());
            run(write.sql(), old).await?;
        }
        if let SecretsChange::Replace(secrets) = secrets {
            put_secrets(write.sql(), after, secrets).await?;
        }
        write.commit_facts().await
    }

    async fn remove_connection(&self, id: ConnectionId) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        // Secrets and shares go with it: their references cascade.
        let removed =
            run(write.sql(), sqlx::query("DELETE FROM connections WHERE id = ?1").bind(id.to_string())).await? > 0;
        write.commit_facts_if(removed).await
    }

    async fn connection(&self, id: ConnectionId) -> Result<Connection, StoreError> {
        let query = sqlx::query("SELECT * FROM connections WHERE id = ?1").bind(id.to_string());
        connection(&one(&self.readers, query).await?.ok_or(StoreError::NotFound(Noun::Connection))?)
    }

    async fn connections(
        &self,
        filter: &ConnectionFilter,
        after: Option<ConnectionId>,
        limit: Limit,
    ) -> Result<Vec<Connection>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM connections
             WHERE id > ?1 AND environment IS coalesce(?2, environment) AND owner IS coalesce(?3, owner)
                 AND connector IS coalesce(?4, connector)
             ORDER BY id LIMIT ?5",
        )
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(filter.environment.map(|id| id.to_string()))
        .bind(filter.owner.as_ref().map(UserId::as_str))
        .bind(filter.connector.as_ref().map(ConnectorSlug::as_str))
        .bind(limit.rows());
        many(&self.readers, query, connection).await
    }
}

async fn put_secrets(
    sql: &mut SqliteConnection,
    connection: &Connection,
    secrets: &SealedSecrets,
) -> Result<(), StoreError> {
    if secrets.connection != connection.id || secrets.generation != connection.generation {
        return Err(StoreError::Invalid("the secrets were sealed for another connection or generation"));
    }
    let row = sqlx::query("INSERT INTO sealed_secrets (connection, generation, bytes) VALUES (?1, ?2, ?3)")
        .bind(secrets.connection.to_string())
        .bind(stored(secrets.generation)?)
        .bind(secrets.bytes.as_ref());
    run(sql, row).await.map(drop)
}

impl ConnectionChange {
    /// Whether the change keeps what is fixed, and keeps secrets away from hosts that they were not given for.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let Self { before, after, secrets } = self;
        let fixed =
            |one: &Connection| (one.id, one.environment, one.connector.clone(), one.owner.clone(), one.created_at);
        if fixed(before) != fixed(after) {
            return Err(StoreError::Invalid(
                "id, environment, connector, owner and time of making of a connection are fixed",
            ));
        }
        let roots = |one: &Connection| one.hosts.iter().map(|host| host.root.clone()).collect::<BTreeSet<_>>();
        match secrets {
            SecretsChange::Keep if before.generation != after.generation => {
                Err(StoreError::Invalid("secrets that stay belong to the generation they were sealed for"))
            }
            SecretsChange::Keep if before.auth_kind != after.auth_kind || roots(before) != roots(after) => {
                Err(StoreError::Invalid("secrets do not stay when the hosts or the auth kind change"))
            }
            SecretsChange::Drop | SecretsChange::Replace(_)
                if before.generation.checked_add(1) != Some(after.generation) =>
            {
                Err(StoreError::Invalid("a change of secrets or hosts counts the generation up by one"))
            }
            _ => Ok(()),
        }
    }
}

/// A service root as the column `hosts` keeps it.
#[derive(Serialize, Deserialize)]
struct StoredHost {
    scheme: String,
    host: String,
    port: u16,
    base_path: String,
    approved_by: Option<String>,
}

fn hosts_json(connection: &Connection) -> Result<String, StoreError> {
    let hosts = connection.hosts.iter().map(|HostApproval { root, approved_by }| StoredHost {
        scheme: root.scheme.as_str().to_owned(),
        host: root.host.as_str().to_owned(),
        port: root.port,
        base_path: root.base_path.as_ref().to_owned(),
        approved_by: approved_by.as_ref().map(|user| user.as_str().to_owned()),
    });
    serde_json::to_string(&hosts.collect::<Vec<_>>()).map_err(|_| StoreError::Invalid("hosts cannot be written"))
}

fn hosts(json: &str) -> Option<Vec<HostApproval>> {
    let hosts: Vec<StoredHost> = serde_json::from_str(json).ok()?;
    let read = |stored: StoredHost| {
        let scheme = [Scheme::Https, Scheme::Http].into_iter().find(|scheme| scheme.as_str() == stored.scheme)?;
        let host = HostName::parse(&stored.host).ok()?;
        let root = ServiceRoot { scheme, host, port: stored.port, base_path: stored.base_path.into() };
        let approved_by = stored.approved_by.map(|user| UserId::new(&user)).transpose().ok()?;
        Some(HostApproval { root, approved_by })
    };
    hosts.into_iter().map(read).collect()
}

fn settings_json(connection: &Connection) -> Result<String, StoreError> {
    serde_json::to_string(&connection.settings).map_err(|_| StoreError::Invalid("settings cannot be written"))
}

pub(super) fn connection(row: &SqliteRow) -> Result<Connection, StoreError> {
    Ok(Connection {
        id: row.parsed("id")?,
        environment: row.parsed("environment")?,
        connector: row.parsed("connector")?,
        version: PackageDigest(row.array("version")?),
        name: row.text("name")?,
        owner: row.named("owner", UserId::new)?,
        auth_kind: row.word("auth_kind", AuthKind::from_word)?,
        settings: row.named("settings", |json| serde_json::from_str(json))?,
        hosts: row.word("hosts", hosts)?,
        state: row.word("state", |word| {
            [ConnectionState::Unauthenticated, ConnectionState::Connected]
                .into_iter()
                .find(|state| state.as_str() == word)
        })?,
        generation: row.count("generation")?,
        created_at: row.time("created_at")?,
    })
}
