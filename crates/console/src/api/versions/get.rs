//! `GET /api/v1/connectors/{connector}/versions/{digest}`.

use super::VersionReport;
use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::{ConnectorSlug, PackageDigest};
use backshell_permission::{Action, Resource};

/// Shows a version with its certification report
#[utoipa::path(
    get,
    path = "/api/v1/connectors/{connector}/versions/{digest}",
    tag = "connectors",
    operation_id = "versions_get",
    params(
        ("connector" = String, Path, description = "The connector's slug"),
        ("digest" = String, Path, description = "The package's digest, `sha256:` and 64 hexadecimal digits")
    ),
    responses(
        (status = 200, description = "The version and its report", body = VersionReport),
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
    Path((connector, digest)): Path<(String, String)>,
) -> Result<Json<VersionReport>, Problem> {
    state.permit(&caller, Action::ReadConnector, &Resource::Platform)?;
    let slug: ConnectorSlug = parse("connector", &connector)?;
    let digest: PackageDigest = parse("digest", &digest)?;
    Ok(Json(state.store.version(&slug, digest).await?.try_into()?))
}
