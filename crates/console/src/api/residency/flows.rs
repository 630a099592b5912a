//! `GET /api/v1/residency/flows`.

use super::ResidencyQuery;
use crate::extract::{Identified, Query};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_records::{By, FlowDocument};

/// Lists who sent to which recipient in which place
///
/// How often and how many bytes each way, first and last, with the row of the decision table and what was known of the place;
/// never what was sent. Callers are told apart by program and by the pseudonym that stands for the user. What retention has
/// erased is not in the sums, and `remarks` says so.
#[utoipa::path(
    get,
    path = "/api/v1/residency/flows",
    tag = "residency",
    operation_id = "residency_flows",
    params(ResidencyQuery),
    responses(
        (status = 200, description = "The flows", body = FlowDocument),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn flows(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Query(query): Query<ResidencyQuery>,
) -> Result<Json<FlowDocument>, Problem> {
    let (flows, directory) = query.ask(&state, &caller, By::User).await?;
    Ok(Json(FlowDocument::new(&flows, &directory, state.clock.now())))
}
