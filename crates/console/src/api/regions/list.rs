//! `GET /api/v1/regions`.

use crate::extract::Identified;
use crate::problem::{PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_permission::{Action, Resource};
use serde::Serialize;
use utoipa::ToSchema;

/// Every region.
#[derive(Serialize, ToSchema)]
pub(crate) struct Regions {
    /// The regions, by provider.
    items: Vec<Region>,
}

/// A cloud region.
#[derive(Serialize, ToSchema)]
struct Region {
    /// Its programmatic name, as environments and cells give it.
    name: &'static str,
    /// Its name for people.
    display_name: &'static str,
    /// Who runs it.
    provider: &'static str,
    /// The cloud it belongs to; a boundary never crosses clouds.
    cloud: &'static str,
    /// Its geography within the cloud.
    geography: &'static str,
    /// ISO 3166 code of the country.
    country: &'static str,
    /// `EEA`, `adequate` or `none`: a hint for reviewers, never a verdict.
    gdpr_area: &'static str,
    /// Who may use it: `open`, `restricted`, `partner`, `sovereign` or `sovereign-restricted`.
    status: &'static str,
}

/// Lists the known regions
///
/// The names that an environment's home region and boundary may give. There is one page.
#[utoipa::path(
    get,
    path = "/api/v1/regions",
    tag = "environments",
    operation_id = "regions_list",
    responses(
        (status = 200, description = "Every known region", body = Regions),
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
) -> Result<Json<Regions>, Problem> {
    let platform = Resource::Platform;
    state.permit_any(&caller, &[(Action::ReadConnector, platform.clone()), (Action::ManageEnvironment, platform)])?;
    let items = backshell_boundary::regions()
        .iter()
        .map(|facts| Region {
            name: facts.region,
            display_name: facts.display_name,
            provider: facts.provider,
            cloud: facts.cloud,
            geography: facts.geography,
            country: facts.country,
            gdpr_area: facts.gdpr_area,
            status: facts.status,
        })
        .collect();
    Ok(Json(Regions { items }))
}
