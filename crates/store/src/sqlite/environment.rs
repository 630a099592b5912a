//! Environments in SQLite.

use super::SqliteStore;
use super::column::Columns;
use super::statement::{insert, many, one};
use crate::repository::EnvironmentRepository;
use crate::{Conflict, Limit, Noun, StoreError};
use async_trait::async_trait;
use backshell_model::{Boundary, Egress, Environment, EnvironmentId, Region};
use sqlx::sqlite::SqliteRow;

#[async_trait]
impl EnvironmentRepository for SqliteStore {
    async fn add_environment(&self, environment: &Environment) -> Result<(), StoreError> {
        let row = sqlx::query(
            "INSERT INTO environments (id, tenant, name, home, boundary, boundary_regions, egress, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(environment.id.to_string())
        .bind(environment.tenant.to_string())
        .bind(&environment.name)
        .bind(environment.home.as_str())
        .bind(environment.boundary.as_str())
        .bind(listed_regions(&environment.boundary))
        .bind(environment.egress.as_str())
        .bind(environment.created_at.as_micros());
        let mut write = self.write().await?;
        insert(write.sql(), row, Noun::Environment, Noun::Tenant).await?;
        write.commit_facts().await
    }

    async fn change_environment(&self, before: &Environment, after: &Environment) -> Result<(), StoreError> {
        let fixed = |one: &Environment| (one.id, one.tenant, one.home.clone(), one.created_at);
        if fixed(before) != fixed(after) {
            return Err(StoreError::Invalid("id, tenant, home region and time of making of an environment are fixed"));
        }
        let mut write = self.write().await?;
        let query = sqlx::query("SELECT * FROM environments WHERE id = ?1").bind(before.id.to_string());
        let stored = one(write.sql(), query).await?.ok_or(StoreError::NotFound(Noun::Environment))?;
        if environment(&stored)? != *before {
            return Err(Conflict::Changed(Noun::Environment).into());
        }
        let change = sqlx::query(
            "UPDATE environments SET name = ?2, boundary = ?3, boundary_regions = ?4, egress = ?5 WHERE id = ?1",
        )
        .bind(after.id.to_string())
        .bind(&after.name)
        .bind(after.boundary.as_str())
        .bind(listed_regions(&after.boundary))
        .bind(after.egress.as_str());
        insert(write.sql(), change, Noun::Environment, Noun::Tenant).await?;
        write.commit_facts().await
    }

    async fn environment(&self, id: EnvironmentId) -> Result<Environment, StoreError> {
        let query = sqlx::query("SELECT * FROM environments WHERE id = ?1").bind(id.to_string());
        environment(&one(&self.readers, query).await?.ok_or(StoreError::NotFound(Noun::Environment))?)
    }

    async fn environments(&self, after: Option<EnvironmentId>, limit: Limit) -> Result<Vec<Environment>, StoreError> {
        let query = sqlx::query("SELECT * FROM environments WHERE id > ?1 ORDER BY id LIMIT ?2")
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(limit.rows());
        many(&self.readers, query, environment).await
    }
}

/// The regions of a boundary that lists some, as a JSON array.
pub(super) fn listed_regions(boundary: &Boundary) -> Option<String> {
    let Boundary::List(regions) = boundary else { return None };
    let names = regions.iter().map(Region::as_str).collect::<Vec<_>>();
    Some(serde_json::Value::from(names).to_string())
}

/// The boundary in the columns `boundary` and `boundary_regions`.
pub(super) fn boundary(row: &SqliteRow) -> Result<Boundary, StoreError> {
    Ok(match row.value("boundary")? {
        "region" => Boundary::Region,
        "geography" => Boundary::Geography,
        "list" => Boundary::List(row.named("boundary_regions", |json| {
            serde_json::from_str::<Vec<String>>(json).map(|names| names.iter().map(|name| Region::new(name)).collect())
        })?),
        _ => return Err(StoreError::Corrupt("boundary")),
    })
}

pub(super) fn environment(row: &SqliteRow) -> Result<Environment, StoreError> {
    Ok(Environment {
        id: row.parsed("id")?,
        tenant: row.parsed("tenant")?,
        name: row.text("name")?,
        home: Region::new(row.value("home")?),
        boundary: boundary(row)?,
        egress: row.word("egress", |word| {
            [Egress::Notice, Egress::Refuse].into_iter().find(|egress| egress.as_str() == word)
        })?,
        created_at: row.time("created_at")?,
    })
}
