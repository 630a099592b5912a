//! The directory: where connections are at home that belong to other cells. Nothing else is known of them here.

pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod put;

use crate::time::rfc3339;
use backshell_model::{Boundary, DirectoryEntry};
use serde::Serialize;
use utoipa::ToSchema;

/// Where a connection of another cell is at home.
#[derive(Serialize, ToSchema)]
#[schema(as = DirectoryEntry)]
pub(crate) struct EntryBody {
    /// The connection.
    connection: String,
    /// Its environment.
    environment: String,
    /// The environment's home region.
    home: String,
    /// How far its data may travel: `region`, `geography` or `list`.
    boundary: &'static str,
    /// The regions of the list, for the boundary `list`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    regions: Vec<String>,
    /// When it was noted.
    noted_at: String,
}

impl From<DirectoryEntry> for EntryBody {
    fn from(entry: DirectoryEntry) -> Self {
        let regions = match &entry.boundary {
            Boundary::List(regions) => regions.iter().map(ToString::to_string).collect(),
            Boundary::Region | Boundary::Geography => Vec::new(),
        };
        Self {
            connection: entry.connection.to_string(),
            environment: entry.environment.to_string(),
            home: entry.home.to_string(),
            boundary: entry.boundary.as_str(),
            regions,
            noted_at: rfc3339(entry.noted_at),
        }
    }
}
