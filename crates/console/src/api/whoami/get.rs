//! `GET /api/v1/whoami`. Asks no permission: everyone may know what their own token says.

use crate::extract::Identified;
use crate::problem::{Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_permission::{Action, Resource};
use serde::Serialize;
use utoipa::ToSchema;

/// Who the presented access token speaks for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Whoami {
    /// The user.
    user: String,
    /// The program that the token was made for.
    app: String,
    /// The token's identifier (not the token).
    token: String,
    /// What the token may be used for.
    scopes: Vec<&'static str>,
    /// The only environment it may be used in, if it is limited.
    environment: Option<String>,
    /// Who made the token, when that was not the user.
    issued_by: Option<String>,
    /// What the caller may do to the installation as a whole.
    may: Vec<&'static str>,
}

/// Shows who is calling
///
/// The user, app and scopes behind the presented access token, and what they may do to the installation as a whole.
#[utoipa::path(
    get,
    path = "/api/v1/whoami",
    tag = "access",
    operation_id = "whoami_get",
    responses((status = 200, description = "Who is calling", body = Whoami), Unauthenticated, Unavailable)
)]
pub(crate) async fn whoami(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
) -> Result<Json<Whoami>, Problem> {
    let authority = state.authority()?;
    let may = Action::ALL
        .into_iter()
        .filter(|action| authority.may(&caller, *action, &Resource::Platform).allowed)
        .map(Action::as_str)
        .collect();
    Ok(Json(Whoami {
        user: caller.user.to_string(),
        app: caller.app.to_string(),
        token: caller.token.to_string(),
        scopes: caller.scopes.iter().map(backshell_model::Scope::as_str).collect(),
        environment: caller.environment.map(|environment| environment.to_string()),
        issued_by: caller.issued_by.as_ref().map(ToString::to_string),
        may,
    }))
}
