//! `POST /api/v1/environments/{environment}/crossing-grants`.

use super::CrossingGrantBody;
use crate::extract::{Identified, JsonBody, Path, bounded, parse, parse_word, plain_text};
use crate::problem::{
    BadRequest, BodyTooLarge, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable, UnsupportedMediaType,
};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_boundary::Place;
use backshell_model::{CrossingGrant, EnvironmentId, GrantId, TWELVE_MONTHS, TransferBasis, VersionRange};
use backshell_permission::{Action, Resource};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

const MAX_PLACES: usize = 50;

/// What a new crossing grant shall say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCrossingGrant {
    /// The connector.
    connector: String,
    /// The first version it is for, by number.
    #[schema(minimum = 1)]
    version_from: u32,
    /// The last version it is for; every later one too when left out.
    version_to: Option<u32>,
    /// The exact places: names from the list of regions, or two-letter codes of countries for endpoints whose region is
    /// not known. There is no wildcard.
    #[schema(min_items = 1, max_items = 50)]
    places: Vec<String>,
    /// What for.
    #[schema(min_length = 1, max_length = 1000)]
    purpose: String,
    /// What the transfer rests on: `adequacy`, `dpf`, `scc_module_1` to `scc_module_4`, `bcr`, `none_needed`. It is
    /// recorded as you say it and not checked.
    basis: String,
    /// Where that is written down: a contract, an entry of a list.
    #[serde(default)]
    #[schema(max_length = 1000)]
    reference: String,
    /// How long it holds, in seconds: at most 12 months.
    #[schema(minimum = 1, maximum = 31_622_400)]
    expires_in_seconds: u32,
}

/// Records a crossing grant
///
/// From now on calls of the connector in this environment may go to these places outside its boundary. They are marked in
/// their answers and in the ledger with the grant's id. A grant lifts nothing else: neither for services on the operator's
/// own infrastructure, nor for a cell outside the boundary.
#[utoipa::path(
    post,
    path = "/api/v1/environments/{environment}/crossing-grants",
    tag = "environments",
    operation_id = "crossing_grants_create",
    params(("environment" = String, Path, description = "The environment, `env_…`")),
    request_body = NewCrossingGrant,
    responses(
        (status = 201, description = "The grant is recorded", body = CrossingGrantBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        BodyTooLarge,
        UnsupportedMediaType,
        Unavailable
    )
)]
pub(crate) async fn create(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(environment): Path<String>,
    JsonBody(new): JsonBody<NewCrossingGrant>,
) -> Result<(StatusCode, Json<CrossingGrantBody>), Problem> {
    let environment: EnvironmentId = parse("environment", &environment)?;
    let resource = Resource::Environment(environment);
    let act = state.permit_act(&caller, "crossing_grant.create", Action::ManageEnvironment, &resource, "new").await?;
    state.store.environment(environment).await?;
    let connector = state.store.connector(&parse("connector", &new.connector)?).await?.slug;
    if new.version_from == 0 || new.version_to.is_some_and(|to| to < new.version_from) {
        return Err(Problem::bad_request("`version_from` is 1 or more and `version_to` not below it"));
    }
    if !(1..=TWELVE_MONTHS).contains(&new.expires_in_seconds) {
        return Err(Problem::bad_request(format!(
            "`expires_in_seconds` is a number from 1 to {TWELVE_MONTHS} (12 months)"
        )));
    }
    let basis = parse_word("basis", &new.basis, &TransferBasis::ALL, TransferBasis::as_str)?;
    let now = state.clock.now();
    let grant = CrossingGrant {
        id: GrantId::generate(now, state.random.as_ref()),
        environment,
        connector,
        versions: VersionRange { from: new.version_from, to: new.version_to },
        places: places(&new.places)?,
        purpose: plain_text("purpose", &new.purpose, 1)?,
        basis,
        reference: plain_text("reference", &new.reference, 0)?,
        granted_by: caller.user.clone(),
        created_at: now,
        expires_at: now.plus_secs(i64::from(new.expires_in_seconds)),
        revoked_at: None,
    };
    let act = act
        .subject(&grant.id)
        .environment(state.connections.held(environment).await)
        .detail("connector", &grant.connector)
        .detail("version_from", &grant.versions.from)
        .detail("version_to", &grant.versions.to.map(|to| to.to_string()).unwrap_or_default())
        .detail("places", &grant.places.join(","))
        .detail("basis", grant.basis.as_str())
        .detail("expires_at", &crate::time::rfc3339(grant.expires_at));
    state.perform(act, async { Ok(state.store.add_crossing_grant(&grant).await?) }).await?;
    Ok((StatusCode::CREATED, Json(grant.into())))
}

fn places(names: &[String]) -> Result<Vec<String>, Problem> {
    if names.is_empty() || names.len() > MAX_PLACES {
        return Err(Problem::bad_request("`places` names 1 to 50 places"));
    }
    let mut places: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let place = Place::parse(name).ok_or_else(|| {
            let shown = bounded(name);
            Problem::bad_request(format!("`places`: `{shown}` is neither a known region nor the code of a country"))
                .help("name each place; `GET /api/v1/regions` lists the regions, and there is no wildcard")
        })?;
        if !places.iter().any(|known| known == place.as_str()) {
            places.push(place.as_str().to_owned());
        }
    }
    Ok(places)
}
