//! The embedded database: SQLite in WAL mode, one connection that writes and a few that read.
//!
//! SQLite has one writer at a time anyway; with a single writing connection the queue is ours, so a write waits its
//! turn and does not fail as busy because of another write of the same process.

mod access;
mod appender;
mod cell;
mod column;
mod connection;
mod connector;
mod crossing_grant;
mod data_key;
mod environment;
mod facts;
mod ledger;
mod open;
mod ownership;
mod pseudonym;
mod retention;
mod secret;
mod statement;
mod tenant;
mod verification;
mod wal;

use crate::error::StoreError;
use crate::repository::{SnapshotFacts, Store};
use appender::Appender;
use async_trait::async_trait;
use backshell_model::{PackageDigest, Timestamp};
use column::Columns;
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};
use statement::{failure, one, run};
use std::{collections::BTreeSet, fmt};

/// The embedded SQLite database.
#[derive(Clone)]
pub struct SqliteStore {
    /// One connection, for everything but the ledger's rows.
    writer: SqlitePool,
    /// The connection on which the ledger is written.
    appender: Appender,
    /// A few connections that cannot write; the writer itself for a database in memory.
    readers: SqlitePool,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteStore(..)")
    }
}

impl SqliteStore {
    /// Begins a transaction on the writing connection; it waits until earlier writes are done.
    async fn write(&self) -> Result<Write, StoreError> {
        // Without IMMEDIATE a transaction that reads before it writes could fail half-way when another process writes.
        Ok(Write(self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failure)?))
    }
}

/// A transaction that writes. Dropped without a commit, it changes nothing.
struct Write(Transaction<'static, Sqlite>);

impl Write {
    /// The connection, for a statement.
    fn sql(&mut self) -> &mut SqliteConnection {
        &mut self.0
    }

    /// Commits a change that no gateway's snapshot shows.
    async fn commit(self) -> Result<(), StoreError> {
        self.0.commit().await.map_err(failure)
    }

    /// Commits a change that gateways' snapshots show: they read again because the generation went up with it.
    async fn commit_facts(mut self) -> Result<(), StoreError> {
        run(self.sql(), sqlx::query("UPDATE snapshot_generation SET generation = generation + 1")).await?;
        self.commit().await
    }

    /// As [`commit_facts`](Self::commit_facts) when something `changed`; when nothing did, gateways need not read again.
    async fn commit_facts_if(self, changed: bool) -> Result<bool, StoreError> {
        if changed {
            self.commit_facts().await?;
        }
        Ok(changed)
    }
}

/// The store's generation, as `executor` sees it.
async fn generation(executor: impl sqlx::SqliteExecutor<'_>) -> Result<u64, StoreError> {
    let row = one(executor, sqlx::query("SELECT generation FROM snapshot_generation")).await?;
    row.ok_or(StoreError::Corrupt("snapshot_generation"))?.count("generation")
}

#[async_trait]
impl Store for SqliteStore {
    async fn generation(&self) -> Result<u64, StoreError> {
        generation(&self.readers).await
    }

    async fn snapshot_facts(
        &self,
        now: Timestamp,
        known: &BTreeSet<PackageDigest>,
    ) -> Result<SnapshotFacts, StoreError> {
        let mut transaction = self.readers.begin().await.map_err(failure)?;
        let facts = facts::read(&mut transaction, now, known).await?;
        transaction.commit().await.map_err(failure)?;
        Ok(facts)
    }

    async fn close(&self) {
        self.readers.close().await;
        self.appender.close();
        // The last connection to close moves what is in the write-ahead log into the database file.
        self.writer.close().await;
    }
}
