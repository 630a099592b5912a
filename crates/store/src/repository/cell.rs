//! Cells.

use crate::{Limit, StoreError};
use async_trait::async_trait;
use backshell_model::Cell;

/// The nodes that share this database.
#[async_trait]
pub trait CellRepository: Send + Sync {
    /// A cell says that it runs. Adds it or overwrites what was known under its name; a mere sign of life does not
    /// count the store's generation up.
    async fn announce_cell(&self, cell: &Cell) -> Result<(), StoreError>;

    /// Forgets a cell; whether there was one.
    async fn remove_cell(&self, name: &str) -> Result<bool, StoreError>;

    /// Cells in the order of their names.
    async fn cells(&self, after: Option<&str>, limit: Limit) -> Result<Vec<Cell>, StoreError>;
}
