//! `GET /api/v1/connectors/{connector}/parameters`.

use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, Conflict, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_auth::PlannedParameter;
use backshell_model::ConnectorSlug;
use backshell_permission::{Action, Resource};
use serde::Serialize;
use utoipa::ToSchema;

/// What a connection of a connector needs.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionParameters {
    /// The digest of the connector's current version.
    version: String,
    /// How a connection proves itself: `none`, `api_key` or `basic`.
    auth_kind: &'static str,
    /// The values that a connection is asked for, in the order of the package.
    parameters: Vec<ConnectionParameter>,
}

/// A value that a connection is asked for.
#[derive(Serialize, ToSchema)]
struct ConnectionParameter {
    /// Its name.
    name: String,
    /// Whether it is given among the `secrets`; otherwise among the `settings`.
    secret: bool,
    /// Whether a connection cannot be used without it.
    required: bool,
    /// Whether people are not asked for it.
    hidden: bool,
    /// The value it has when none is given.
    default: Option<String>,
    /// The only values it may have; empty for any.
    allowed_values: Vec<String>,
    /// Its name for people.
    display_name: String,
    /// What to enter.
    description: String,
}

impl From<&PlannedParameter> for ConnectionParameter {
    fn from(parameter: &PlannedParameter) -> Self {
        Self {
            name: parameter.name.clone(),
            secret: parameter.secret,
            required: parameter.required,
            hidden: parameter.hidden,
            default: parameter.default.clone(),
            allowed_values: parameter.allowed.clone(),
            display_name: parameter.display_name.clone(),
            description: parameter.description.clone(),
        }
    }
}

/// Shows what a connection of a connector needs
///
/// There is one page.
#[utoipa::path(
    get,
    path = "/api/v1/connectors/{connector}/parameters",
    tag = "connectors",
    operation_id = "connectors_parameters",
    params(("connector" = String, Path, description = "The connector's slug")),
    responses(
        (status = 200, description = "What a connection needs", body = ConnectionParameters),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Conflict,
        Unavailable
    )
)]
pub(crate) async fn parameters(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connector): Path<String>,
) -> Result<Json<ConnectionParameters>, Problem> {
    state.permit(&caller, Action::ReadConnector, &Resource::Platform)?;
    let slug: ConnectorSlug = parse("connector", &connector)?;
    let (version, plan) = state.connections.plan(&slug).await?;
    Ok(Json(ConnectionParameters {
        version: version.to_string(),
        auth_kind: plan.kind().as_str(),
        parameters: plan.parameters().parameters.iter().map(Into::into).collect(),
    }))
}
