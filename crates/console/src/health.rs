//! `/healthz`: the process is alive. `/readyz`: it can decide (the picture of permissions is fresh) and record (the
//! ledger can be written), and something vouches for the cell. Neither needs a token, neither says more than that.

use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

/// What `/readyz` answers.
#[derive(Serialize)]
struct Readiness {
    ready: bool,
    snapshot: &'static str,
    ledger: &'static str,
    cell: &'static str,
}

/// The process is alive.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether this node can decide and record.
pub(crate) async fn ready(State(state): State<ConsoleState>) -> Response {
    let fresh = state.snapshot.authority().is_ok();
    let writable = state.ledger.metrics().healthy;
    let attested = state.node.cell.identity().attested_at(state.clock.now()).is_ok();
    let ready = fresh && writable && attested;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = Readiness {
        ready,
        snapshot: if fresh { "fresh" } else { "stale" },
        ledger: if writable { "writable" } else { "unavailable" },
        cell: if attested { "attested" } else { "unattested" },
    };
    (status, Json(body)).into_response()
}
