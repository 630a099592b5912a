//! `GET /api/v1/connectors/{connector}/versions/{digest}`.

use super::VersionBody;
use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::{ConnectorSlug, PackageDigest};
use backshell_permission::{Action, Resource};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A version with its report.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionReport {
    /// The version.
    version: VersionBody,
    /// The paths of the package's files.
    files: Vec<String>,
    /// The certification report, in the shape of `backshell certify --format json`.
    #[schema(value_type = Object)]
    report: Box<RawValue>,
}

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
    let version = state.store.version(&slug, digest).await?;
    let report = RawValue::from_string(version.report.to_string()).map_err(|error| Problem::internal(&error))?;
    let files = version.files.iter().map(|(path, _)| path.clone()).collect();
    Ok(Json(VersionReport { version: (&version).into(), files, report }))
}
