//! `GET /api/v1/environments/{environment}`.

use super::EnvironmentBody;
use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_permission::{Action, Resource};

/// Shows one environment
#[utoipa::path(
    get,
    path = "/api/v1/environments/{environment}",
    tag = "environments",
    operation_id = "environments_get",
    params(("environment" = String, Path, description = "The environment, `env_…`")),
    responses(
        (status = 200, description = "The environment", body = EnvironmentBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn get(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(environment): Path<String>,
) -> Result<Json<EnvironmentBody>, Problem> {
    let id = parse("environment", &environment)?;
    state.permit(&caller, Action::ReadEnvironment, &Resource::Environment(id))?;
    Ok(Json(state.store.environment(id).await?.into()))
}
