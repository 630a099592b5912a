//! `GET /api/v1/residency/report`.

use super::ResidencyQuery;
use crate::extract::{Identified, Query};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use backshell_records::{By, Report};
use http::{HeaderValue, header};

/// The page holds its style and nothing else that a browser would run or fetch.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox");

/// Shows a report with a map of where calls went, as a page
#[utoipa::path(
    get,
    path = "/api/v1/residency/report",
    tag = "residency",
    operation_id = "residency_report",
    params(ResidencyQuery),
    responses(
        (status = 200, description = "The report", body = String, content_type = "text/html"),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn report(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Query(query): Query<ResidencyQuery>,
) -> Result<Response, Problem> {
    let (flows, directory) = query.ask(&state, &caller, By::App).await?;
    let organisation = state.config.organisation.name.as_deref();
    let page = Report::new(&flows, &directory, organisation, state.clock.now()).html();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    Ok((headers, page).into_response())
}
