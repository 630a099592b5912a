//! `GET /api/v1/node/egress`.

use crate::extract::Identified;
use crate::ports::EgressFacts;
use crate::problem::{PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_permission::{Action, Resource};
use serde::Serialize;
use utoipa::ToSchema;

/// Everything that the node sends, writes and tells by itself. Calls of connectors are not among it: each has its own
/// decision.
#[derive(Serialize, ToSchema)]
#[schema(as = Egress)]
pub(crate) struct EgressBody {
    /// The addresses, as the node's start found them.
    items: Vec<TargetBody>,
}

/// An address.
#[derive(Serialize, ToSchema)]
#[schema(as = EgressTarget)]
struct TargetBody {
    /// The setting that names it, or what does.
    setting: &'static str,
    /// `sends`: the node connects to it; `writes`: the node writes a file there; `tells`: others are told to connect to it.
    act: &'static str,
    /// The address or path.
    address: String,
    /// What for.
    purpose: &'static str,
    /// `this_machine`, `declared` (by the operator) or `unknown`.
    place: &'static str,
    /// The declared region.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    region: Option<String>,
    /// `ok`, or `place_unknown`: the system names it, and nothing says where it is.
    verdict: &'static str,
}

impl From<&EgressFacts> for TargetBody {
    fn from(facts: &EgressFacts) -> Self {
        Self {
            setting: facts.setting,
            act: facts.act,
            address: facts.address.clone(),
            purpose: facts.purpose,
            place: facts.place,
            region: facts.region.clone(),
            verdict: facts.verdict,
        }
    }
}

/// Lists what the node sends, writes and tells by itself, and where that is
///
/// A node does not start when a configured address is outside the boundary of an environment that it serves, or when
/// nothing says where it is.
#[utoipa::path(
    get,
    path = "/api/v1/node/egress",
    tag = "environments",
    operation_id = "node_egress",
    responses(
        (status = 200, description = "The addresses", body = EgressBody),
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn egress(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
) -> Result<Json<EgressBody>, Problem> {
    let platform = Resource::Platform;
    state.permit_any(&caller, &[(Action::ReadLedger, platform.clone()), (Action::ManageEnvironment, platform)])?;
    Ok(Json(EgressBody { items: state.node.egress.iter().map(Into::into).collect() }))
}
