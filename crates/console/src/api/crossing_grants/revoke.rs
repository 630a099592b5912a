//! `DELETE /api/v1/environments/{environment}/crossing-grants/{grant}`.

use super::of_environment;
use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::extract::State;
use backshell_model::{EnvironmentId, GrantId};
use backshell_permission::{Action, Resource};
use http::StatusCode;

/// Takes a crossing grant back
///
/// This node's calls use it no longer from now on, those of every other node within five seconds. It stays on record, and
/// repeating this changes nothing.
#[utoipa::path(
    delete,
    path = "/api/v1/environments/{environment}/crossing-grants/{grant}",
    tag = "environments",
    operation_id = "crossing_grants_revoke",
    params(
        ("environment" = String, Path, description = "The environment, `env_…`"),
        ("grant" = String, Path, description = "The grant, `grt_…`")
    ),
    responses(
        (status = 204, description = "The grant holds no longer"),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn revoke(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path((environment, grant)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let environment: EnvironmentId = parse("environment", &environment)?;
    let id: GrantId = parse("grant", &grant)?;
    let resource = Resource::Environment(environment);
    let act = state.permit_act(&caller, "crossing_grant.revoke", Action::ManageEnvironment, &resource, &id).await?;
    of_environment(&state, environment, id).await?;
    let act = act.environment(state.connections.held(environment).await);
    state.perform(act, async { Ok(state.store.revoke_crossing_grant(id, state.clock.now()).await?) }).await?;
    Ok(StatusCode::NO_CONTENT)
}
