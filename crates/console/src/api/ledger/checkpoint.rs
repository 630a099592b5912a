//! `GET /api/v1/ledger/checkpoint`.

use crate::extract::Identified;
use crate::problem::{PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use crate::time::rfc3339;
use axum::Json;
use axum::extract::State;
use backshell_model::hex;
use backshell_permission::{Action, Resource};
use serde::Serialize;
use utoipa::ToSchema;

/// How the ledger stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct LedgerStatus {
    /// The last record, if there is one.
    last: Option<LastRecord>,
    /// Whether the last records could be written.
    healthy: bool,
    /// How many signed checkpoints this process has written outside the database since it began.
    checkpoints_written: u64,
    /// How many it could not write.
    checkpoints_failed: u64,
    /// How many records wait to be written.
    waiting: u64,
}

/// The last record of the chain.
#[derive(Serialize, ToSchema)]
struct LastRecord {
    /// Its place in the chain.
    seq: i64,
    /// When it was recorded.
    at: String,
    /// The hash of the chain up to it.
    hash: String,
}

/// Shows how the ledger stands
///
/// Compare the last record's hash with a copy of the checkpoint file: `backshell ledger verify` does.
#[utoipa::path(
    get,
    path = "/api/v1/ledger/checkpoint",
    tag = "ledger",
    operation_id = "ledger_checkpoint",
    responses(
        (status = 200, description = "How the ledger stands", body = LedgerStatus),
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn checkpoint(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
) -> Result<Json<LedgerStatus>, Problem> {
    state.permit(&caller, Action::ReadLedger, &Resource::Platform)?;
    let last = state.store.ledger_tail().await?;
    let metrics = state.ledger.metrics();
    Ok(Json(LedgerStatus {
        last: last.map(|row| LastRecord { seq: row.seq, at: rfc3339(row.at), hash: hex(&row.hash) }),
        healthy: metrics.healthy,
        checkpoints_written: metrics.checkpoints,
        checkpoints_failed: metrics.failed_checkpoints,
        waiting: metrics.waiting,
    }))
}
