//! `POST /api/v1/connectors/{connector}/ownership/consents`.

use super::{ConsentBody, owner};
use crate::extract::{Identified, JsonBody, Path, parse, parse_with, plain_text};
use crate::problem::{
    BadRequest, BodyTooLarge, PermissionDenied, Problem, Unauthenticated, Unavailable, UnsupportedMediaType,
};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::{ConnectorSlug, ConsentId, HostName, OwnershipConsent, TWELVE_MONTHS, UserId, read_url};
use backshell_permission::{Action, Resource};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// What the owner of a host consents to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConsent {
    /// The host, exactly: there is no wildcard.
    #[schema(max_length = 253)]
    host: String,
    /// The company that runs the service.
    #[schema(min_length = 1, max_length = 1000)]
    company: String,
    /// Who consented for it: a name, or a function.
    #[schema(min_length = 1, max_length = 1000)]
    approver: String,
    /// Where that is written down: a letter, a contract.
    #[schema(min_length = 1, max_length = 1000)]
    reference: String,
    /// The https address of the company's privacy policy.
    #[schema(min_length = 1, max_length = 1000)]
    privacy_policy: String,
    /// How long it holds, in seconds: at most 12 months.
    #[schema(minimum = 1, maximum = 31_622_400)]
    expires_in_seconds: u32,
    /// Who is going to publish the connector; only for one that is not published yet.
    publisher: Option<String>,
}

/// Records the consent of a host's owner
///
/// For a publisher who does not own the service. It stands in for a proof until it ends. Nobody here checks the document:
/// only administrators record consents.
#[utoipa::path(
    post,
    path = "/api/v1/connectors/{connector}/ownership/consents",
    tag = "connectors",
    operation_id = "ownership_consent",
    params(("connector" = String, Path, description = "The connector's slug; it need not be published yet")),
    request_body = NewConsent,
    responses(
        (status = 201, description = "The consent is on file", body = ConsentBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        BodyTooLarge,
        UnsupportedMediaType,
        Unavailable
    )
)]
pub(crate) async fn consent(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connector): Path<String>,
    JsonBody(new): JsonBody<NewConsent>,
) -> Result<(StatusCode, Json<ConsentBody>), Problem> {
    let resource = Resource::Platform;
    let act = state.permit_act(&caller, "ownership.consent", Action::ManageEnvironment, &resource, "new").await?;
    let slug: ConnectorSlug = parse("connector", &connector)?;
    let publisher = match (owner(&state, &slug).await?, new.publisher.as_deref()) {
        (Some(owner), None) => owner,
        (Some(_), Some(_)) => {
            return Err(Problem::bad_request("the connector is published: the consent is for its owner")
                .help("leave `publisher` out"));
        }
        (None, Some(publisher)) => parse_with("publisher", publisher, UserId::new)?,
        (None, None) => {
            return Err(Problem::bad_request("no connector of this name is published")
                .help("name in `publisher` who is going to publish it"));
        }
    };
    if !(1..=TWELVE_MONTHS).contains(&new.expires_in_seconds) {
        return Err(Problem::bad_request(format!(
            "`expires_in_seconds` is a number from 1 to {TWELVE_MONTHS} (12 months)"
        )));
    }
    let privacy_policy = plain_text("privacy_policy", &new.privacy_policy, 1)?;
    if !privacy_policy.starts_with("https://") || read_url(&privacy_policy).is_err() {
        return Err(Problem::bad_request("`privacy_policy` is no https address of a public host"));
    }
    let now = state.clock.now();
    let consent = OwnershipConsent {
        id: ConsentId::generate(now, state.random.as_ref()),
        connector: slug,
        publisher,
        host: parse_with("host", &new.host, HostName::parse)?,
        company: plain_text("company", &new.company, 1)?,
        approver: plain_text("approver", &new.approver, 1)?,
        reference: plain_text("reference", &new.reference, 1)?,
        privacy_policy,
        recorded_by: caller.user.clone(),
        recorded_at: now,
        expires_at: now.plus_secs(i64::from(new.expires_in_seconds)),
        revoked_at: None,
    };
    // Who consented is a person and stands in the database; the record names the document.
    let act = act
        .subject(&consent.id)
        .whom(&consent.publisher)
        .detail("connector", &consent.connector)
        .detail("host", &consent.host)
        .detail("company", &consent.company)
        .detail("reference", &consent.reference)
        .detail("expires_at", &crate::time::rfc3339(consent.expires_at));
    state.perform(act, async { Ok(state.store.add_ownership_consent(&consent).await?) }).await?;
    Ok((StatusCode::CREATED, Json(ConsentBody::of(consent, state.clock.as_ref()))))
}
