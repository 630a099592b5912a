//! `POST /api/v1/connectors/{connector}/ownership/proofs`.

use super::{ProofBody, owner, property};
use crate::OnFile;
use crate::extract::{Identified, JsonBody, Path, parse, parse_with};
use crate::problem::{
    BadRequest, BodyTooLarge, Conflict, PermissionDenied, Problem, Unauthenticated, Unavailable, UnsupportedMediaType,
};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::{ConnectorSlug, HostName};
use backshell_permission::Action;
use backshell_probe::ownership::{Challenge, Instructions};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most challenges of one publisher for one connector that wait for an answer or had one.
const MAX_PROOFS: usize = 200;

/// What shall be proven.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProof {
    /// The host. A record at a registrable domain such as `example.com` covers the hosts below it; a file covers exactly
    /// its host.
    #[schema(max_length = 253)]
    host: String,
}

/// A new challenge, and what has to be done to answer it.
#[derive(Serialize, ToSchema)]
#[schema(as = NewOwnershipProof)]
pub(crate) struct Begun {
    /// The challenge.
    proof: ProofBody,
    /// What has to stand in the TXT record at `record`, or in the file at `file`. Shown once: it is kept as a hash.
    answer: String,
}

/// Begins to prove control of a host
///
/// Put `answer` into a TXT record at `record` or into a file at `file`, then ask for a check. The challenge is open for 7
/// days. The answer is bound to publisher, host and connector: copied to another challenge it is worth nothing. Leave it
/// in place: the node looks for it again every two weeks.
#[utoipa::path(
    post,
    path = "/api/v1/connectors/{connector}/ownership/proofs",
    tag = "connectors",
    operation_id = "ownership_begin",
    params(("connector" = String, Path, description = "The connector's slug; it need not be published yet")),
    request_body = NewProof,
    responses(
        (status = 201, description = "The challenge", body = Begun),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Conflict,
        BodyTooLarge,
        UnsupportedMediaType,
        Unavailable
    )
)]
pub(crate) async fn begin(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connector): Path<String>,
    JsonBody(new): JsonBody<NewProof>,
) -> Result<(StatusCode, Json<Begun>), Problem> {
    let slug: ConnectorSlug = parse("connector", &connector)?;
    let publisher = owner(&state, &slug).await?.unwrap_or_else(|| caller.user.clone());
    let resource = property(&slug, &publisher);
    let act = state.permit_act(&caller, "ownership.begin", Action::PublishConnector, &resource, &slug).await?;
    let host = parse_with("host", &new.host, HostName::parse)?;
    let on_file = OnFile::read(state.store.as_ref(), &slug, &publisher).await?;
    if on_file.live(state.clock.now()) >= MAX_PROOFS {
        return Err(Problem::conflict(format!(
            "there are {MAX_PROOFS} challenges of this publisher for this connector"
        ))
        .help("revoke those that are not needed any more"));
    }
    let (challenge, Instructions { answer, .. }) =
        Challenge::open(publisher.as_str(), &host, slug.as_str(), state.clock.now(), state.random.as_ref());
    let proof = challenge.to_keep(slug.clone(), publisher, caller.user.clone());
    let act = act.subject(&proof.id).detail("connector", &slug).detail("host", &host);
    state.perform(act, async { Ok(state.store.add_ownership_proof(&proof).await?) }).await?;
    Ok((StatusCode::CREATED, Json(Begun { proof: ProofBody::of(&proof, state.clock.as_ref()), answer })))
}
