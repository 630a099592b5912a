//! `GET /api/v1/connectors/{connector}`.

use super::ConnectorBody;
use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::ConnectorSlug;
use backshell_permission::{Action, Resource};

/// Shows one connector
#[utoipa::path(
    get,
    path = "/api/v1/connectors/{connector}",
    tag = "connectors",
    operation_id = "connectors_get",
    params(("connector" = String, Path, description = "The connector's slug")),
    responses(
        (status = 200, description = "The connector", body = ConnectorBody),
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
    Path(connector): Path<String>,
) -> Result<Json<ConnectorBody>, Problem> {
    state.permit(&caller, Action::ReadConnector, &Resource::Platform)?;
    let slug: ConnectorSlug = parse("connector", &connector)?;
    Ok(Json(state.store.connector(&slug).await?.into()))
}
