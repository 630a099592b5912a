//! `POST /api/v1/connectors/{connector}/verification/accept`.

use crate::extract::{Identified, JsonBody, Path, parse, parse_with, parse_word};
use crate::problem::{
    BadRequest, BodyTooLarge, Conflict, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable,
    UnsupportedMediaType,
};
use crate::state::ConsoleState;
use axum::extract::State;
use backshell_model::{ConnectorSlug, HostName, Recheck};
use backshell_permission::{Action, Resource};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is accepted as it is now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accepted {
    /// The host.
    #[schema(max_length = 253)]
    host: String,
    /// Its port; 443 when it is not given.
    port: Option<u16>,
    /// The check: `dns`, `certificate`, `place`, `availability` or `bars`.
    check: String,
}

/// Accepts what changed about a host
///
/// Calls are let go on, and what the next check finds is what later ones are compared with. Only administrators accept. That
/// ownership was lost is not accepted: it is proven again, or the owner's consent is recorded.
#[utoipa::path(
    post,
    path = "/api/v1/connectors/{connector}/verification/accept",
    tag = "connectors",
    operation_id = "connectors_accept_verification",
    params(("connector" = String, Path, description = "The connector's slug")),
    request_body = Accepted,
    responses(
        (status = 204, description = "It is accepted"),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Conflict,
        BodyTooLarge,
        UnsupportedMediaType,
        Unavailable
    )
)]
pub(crate) async fn accept(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connector): Path<String>,
    JsonBody(accepted): JsonBody<Accepted>,
) -> Result<StatusCode, Problem> {
    let resource = Resource::Platform;
    let act = state.permit_act(&caller, "verification.accept", Action::ManageEnvironment, &resource, "host").await?;
    let slug: ConnectorSlug = parse("connector", &connector)?;
    let host = parse_with("host", &accepted.host, HostName::parse)?;
    let port = accepted.port.unwrap_or(443);
    let check = parse_word("check", &accepted.check, Recheck::ALL, Recheck::as_str)?;
    if check == Recheck::Ownership {
        return Err(Problem::conflict(
            "what is on file about the ownership of the host decides, and nothing else does",
        )
        .reason("ownership_on_file")
        .help("prove it again, or record the consent of the owner"));
    }
    let act = act.subject(&slug).detail("host", &host).detail("check", check.as_str());
    let remove = async {
        let removed = state.store.remove_verification(&slug, &host, port, check).await?;
        if removed { Ok(()) } else { Err(Problem::not_found("nothing was found about this host by this check")) }
    };
    state.perform(act, remove).await?;
    Ok(StatusCode::NO_CONTENT)
}
