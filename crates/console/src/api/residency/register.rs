//! `GET /api/v1/residency/register`.

use super::ResidencyQuery;
use crate::extract::{Identified, Query};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_records::{By, Register, RegisterFacts};

/// Shows a record of processing activities after Art. 30(1) and (2) GDPR
///
/// What only the organisation knows comes from the settings in `[organisation]`; what they do not say stands as "to be filled
/// in by the controller".
#[utoipa::path(
    get,
    path = "/api/v1/residency/register",
    tag = "residency",
    operation_id = "residency_register",
    params(ResidencyQuery),
    responses(
        (status = 200, description = "The register", body = Register),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn register(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Query(query): Query<ResidencyQuery>,
) -> Result<Json<Register>, Problem> {
    let (flows, directory) = query.ask(&state, &caller, By::Nobody).await?;
    let facts = RegisterFacts {
        organisation: &state.config.organisation,
        retention: state.config.retention,
        now: state.clock.now(),
    };
    Ok(Json(Register::new(&flows, &directory, facts)))
}
