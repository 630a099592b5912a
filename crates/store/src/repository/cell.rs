//! Cells.

use crate::{Limit, StoreError};
use async_trait::async_trait;
use backshell_model::{Cell, ConnectionId, DirectoryEntry};

/// The nodes that share this database, the ones beside them that were registered, and where connections are at home that
/// belong to those.
#[async_trait]
pub trait CellRepository: Send + Sync {
    /// A cell says that it runs. Adds it or overwrites what was known under its name; a mere sign of life does not
    /// count the store's generation up.
    async fn announce_cell(&self, cell: &Cell) -> Result<(), StoreError>;

    /// Makes a cell known that does not announce itself here; `Conflict` when its name is taken.
    async fn register_cell(&self, cell: &Cell) -> Result<(), StoreError>;

    /// Forgets a cell; whether there was one.
    async fn remove_cell(&self, name: &str) -> Result<bool, StoreError>;

    /// Cells in the order of their names.
    async fn cells(&self, after: Option<&str>, limit: Limit) -> Result<Vec<Cell>, StoreError>;

    /// Notes where a connection is at home, or changes that; `Conflict` when this database holds the connection itself.
    async fn put_directory_entry(&self, entry: &DirectoryEntry) -> Result<(), StoreError>;

    /// Forgets where a connection is at home; whether that was known.
    async fn remove_directory_entry(&self, connection: ConnectionId) -> Result<bool, StoreError>;

    /// The directory in the order of the connections.
    async fn directory(&self, after: Option<ConnectionId>, limit: Limit) -> Result<Vec<DirectoryEntry>, StoreError>;
}
