//! `GET /api/v1/environments/{environment}/crossing-grants/{grant}`.

use super::{CrossingGrantBody, of_environment};
use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::EnvironmentId;
use backshell_permission::{Action, Resource};

/// Shows one crossing grant
#[utoipa::path(
    get,
    path = "/api/v1/environments/{environment}/crossing-grants/{grant}",
    tag = "environments",
    operation_id = "crossing_grants_get",
    params(
        ("environment" = String, Path, description = "The environment, `env_…`"),
        ("grant" = String, Path, description = "The grant, `grt_…`")
    ),
    responses(
        (status = 200, description = "The grant", body = CrossingGrantBody),
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
    Path((environment, grant)): Path<(String, String)>,
) -> Result<Json<CrossingGrantBody>, Problem> {
    let environment: EnvironmentId = parse("environment", &environment)?;
    state.permit(&caller, Action::ReadEnvironment, &Resource::Environment(environment))?;
    Ok(Json(of_environment(&state, environment, parse("grant", &grant)?).await?.into()))
}
