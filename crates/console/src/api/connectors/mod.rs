//! Connectors: the catalogue, and publication into it.

pub(crate) mod accept_verification;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod operations;
pub(crate) mod parameters;
pub(crate) mod publish;
pub(crate) mod verification;

use crate::time::rfc3339;
use backshell_model::Connector;
use serde::Serialize;
use utoipa::ToSchema;

/// A connector of the catalogue.
#[derive(Serialize, ToSchema)]
#[schema(as = Connector)]
pub(crate) struct ConnectorBody {
    /// Its name in addresses.
    slug: String,
    /// Its title.
    title: String,
    /// Who publishes it, by name.
    publisher: String,
    /// Who publishes it, by kind: `platform`, `verified` or `independent`.
    publisher_kind: &'static str,
    /// Where the service behind it runs: `internal` or `external`.
    infrastructure: &'static str,
    /// Who published it first; they and administrators publish further versions.
    owner: String,
    /// When it was first published.
    created_at: String,
}

impl From<Connector> for ConnectorBody {
    fn from(connector: Connector) -> Self {
        Self {
            slug: connector.slug.to_string(),
            title: connector.title,
            publisher: connector.publisher,
            publisher_kind: connector.publisher_kind.as_str(),
            infrastructure: connector.infrastructure.as_str(),
            owner: connector.owner.to_string(),
            created_at: rfc3339(connector.created_at),
        }
    }
}
