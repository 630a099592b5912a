//! Environments: where connections are kept, with a home region and a boundary.

pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;

use crate::problem::Problem;
use crate::time::rfc3339;
use backshell_model::{Boundary, Environment, Region};
use serde::Serialize;
use utoipa::ToSchema;

/// A place to keep connections in, with a home region and a boundary.
#[derive(Serialize, ToSchema)]
#[schema(as = Environment)]
pub(crate) struct EnvironmentBody {
    /// Names the environment.
    id: String,
    /// The tenant it belongs to.
    tenant: String,
    /// Its name for people.
    name: String,
    /// Its home region.
    home: String,
    /// How far its data may travel: `region`, `geography` or `list`.
    boundary: &'static str,
    /// The regions of the list, for the boundary `list`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    regions: Vec<String>,
    /// What happens when an external endpoint is not known to lie inside: `notice` or `refuse`.
    egress: &'static str,
    /// When it was made.
    created_at: String,
}

impl From<Environment> for EnvironmentBody {
    fn from(environment: Environment) -> Self {
        let regions = match &environment.boundary {
            Boundary::List(regions) => regions.iter().map(ToString::to_string).collect(),
            Boundary::Region | Boundary::Geography => Vec::new(),
        };
        Self {
            id: environment.id.to_string(),
            tenant: environment.tenant.to_string(),
            name: environment.name,
            home: environment.home.to_string(),
            boundary: environment.boundary.as_str(),
            regions,
            egress: environment.egress.as_str(),
            created_at: rfc3339(environment.created_at),
        }
    }
}

/// The boundary that a request names, with the regions of a list.
pub(crate) fn boundary(word: &str, regions: &[String]) -> Result<Boundary, Problem> {
    Ok(match (word, regions.is_empty()) {
        ("region", true) => Boundary::Region,
        ("geography", true) => Boundary::Geography,
        ("list", false) if regions.len() <= 100 => {
            Boundary::List(regions.iter().map(|name| Region::new(name)).collect())
        }
        ("list", _) => return Err(Problem::bad_request("the boundary `list` needs 1 to 100 `regions`")),
        ("region" | "geography", false) => {
            return Err(Problem::bad_request("`regions` belongs to the boundary `list` only"));
        }
        _ => return Err(Problem::bad_request("`boundary` is none of region, geography, list")),
    })
}
