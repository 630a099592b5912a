//! `GET /api/v1/environments/{environment}/crossing-grants`.

use super::CrossingGrantBody;
use crate::api::{Page, PageQuery};
use crate::extract::{Identified, Path, Query, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::EnvironmentId;
use backshell_permission::{Action, Resource};
use backshell_store::Limit;

/// Lists an environment's crossing grants
///
/// Also those that hold no longer: the ledger names them.
#[utoipa::path(
    get,
    path = "/api/v1/environments/{environment}/crossing-grants",
    tag = "environments",
    operation_id = "crossing_grants_list",
    params(("environment" = String, Path, description = "The environment, `env_…`"), PageQuery),
    responses(
        (status = 200, description = "Grants in the order of their identifiers", body = Page<CrossingGrantBody>),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(environment): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<CrossingGrantBody>>, Problem> {
    let environment: EnvironmentId = parse("environment", &environment)?;
    state.permit(&caller, Action::ReadEnvironment, &Resource::Environment(environment))?;
    state.store.environment(environment).await?;
    let limit = Limit::new(query.size()?);
    let after = query.after.as_deref().map(|after| parse("after", after)).transpose()?;
    let grants = state.store.crossing_grants(environment, after, limit).await?;
    Ok(Json(Page::of(grants, limit, |grant| grant.id.to_string(), Into::into)))
}
