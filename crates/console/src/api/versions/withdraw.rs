//! `POST /api/v1/connectors/{connector}/versions/{digest}/withdraw`.

use super::VersionBody;
use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::{ConnectorSlug, PackageDigest, VersionState};
use backshell_permission::{Action, Resource};

/// Withdraws a version
///
/// It cannot be called any more, and the same bytes cannot be published again. Repeating it changes nothing. The
/// connector's owner withdraws, and administrators do.
#[utoipa::path(
    post,
    path = "/api/v1/connectors/{connector}/versions/{digest}/withdraw",
    tag = "connectors",
    operation_id = "versions_withdraw",
    params(
        ("connector" = String, Path, description = "The connector's slug"),
        ("digest" = String, Path, description = "The package's digest, `sha256:` and 64 hexadecimal digits")
    ),
    responses(
        (status = 200, description = "The version is withdrawn", body = VersionBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn withdraw(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path((connector, digest)): Path<(String, String)>,
) -> Result<Json<VersionBody>, Problem> {
    let (name, action) = ("version.withdraw", Action::PublishConnector);
    state.permit_act(&caller, name, action, &Resource::Platform, "version").await?;
    let slug: ConnectorSlug = parse("connector", &connector)?;
    let digest: PackageDigest = parse("digest", &digest)?;
    let mut version = state.store.version(&slug, digest).await?;
    let owner = state.store.connector(&slug).await?.owner;
    let resource = Resource::Connector { slug: slug.clone(), owner };
    let act = state.permit_act(&caller, name, action, &resource, &digest).await?;
    if version.state != VersionState::Withdrawn {
        let act = act.detail("connector", &slug);
        let withdraw = async { Ok(state.store.set_version_state(&slug, digest, VersionState::Withdrawn).await?) };
        state.perform(act, withdraw).await?;
        version.state = VersionState::Withdrawn;
    }
    Ok(Json((&version).into()))
}
