//! `POST /api/v1/tokens`.

use super::TokenBody;
use crate::extract::{Identified, JsonBody, parse, parse_with};
use crate::problem::{
    BadRequest, BodyTooLarge, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable, UnsupportedMediaType,
};
use crate::state::ConsoleState;
use crate::token;
use axum::Json;
use axum::extract::State;
use backshell_model::{AccessToken, AppName, Scope, Scopes, TokenId, UserId};
use backshell_permission::{Action, Resource};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One year: the longest life of a token.
const MAX_LIFE_SECONDS: u32 = 31_536_000;

/// What a new access token shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// Who calls with it; the caller when left out. Only administrators make tokens for others.
    #[schema(max_length = 256)]
    user: Option<String>,
    /// The program it is for. Policies speak of programs, so one token serves one program.
    #[schema(min_length = 1, max_length = 256)]
    app: String,
    /// What it may be used for: `call`, `connections`, `connectors`, `admin`, `ledger`; at most the caller's own scopes.
    #[schema(min_items = 1, max_items = 5)]
    scopes: Vec<String>,
    /// The only environment it may be used in; all when left out.
    environment: Option<String>,
    /// How long it lives, in seconds: at most a year. It never outlives the token that asks.
    #[schema(minimum = 1, maximum = 31_536_000)]
    expires_in_seconds: u32,
}

/// A new access token, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedToken {
    /// The token: `bsk_` and 43 characters. Whoever has it can use it; it cannot be shown again.
    token: String,
    /// What it is.
    access_token: TokenBody,
}

/// Makes an access token
///
/// The answer is the only place where the token is ever shown. Its scopes are at most those of the token that asks, and it
/// expires no later. An administrator who makes one for somebody else could act in their name: the token, and every record
/// of what is done with it, says who made it (`issued_by`).
#[utoipa::path(
    post,
    path = "/api/v1/tokens",
    tag = "access",
    operation_id = "tokens_create",
    request_body = NewToken,
    responses(
        (status = 201, description = "The token was made", body = CreatedToken),
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
    JsonBody(new): JsonBody<NewToken>,
) -> Result<(StatusCode, Json<CreatedToken>), Problem> {
    let user = match &new.user {
        Some(user) => parse_with("user", user, UserId::new)?,
        None => caller.user.clone(),
    };
    let resource = Resource::TokensOf(user.clone());
    let act = state.permit_act(&caller, "token.create", Action::CreateToken, &resource, "new").await?;
    let scopes = scopes(&new.scopes)?;
    if !scopes.is_subset_of(caller.scopes) {
        return Err(Problem::bad_request("a token's scopes are at most those of the token that asks")
            .help("leave out the scopes that your own token lacks; `GET /api/v1/whoami` lists them"));
    }
    if !(1..=MAX_LIFE_SECONDS).contains(&new.expires_in_seconds) {
        return Err(Problem::bad_request("`expires_in_seconds` is a number from 1 to 31536000 (a year)"));
    }
    let environment = match &new.environment {
        Some(environment) => Some(state.store.environment(parse("environment", environment)?).await?.id),
        None => None,
    };
    let now = state.clock.now();
    let parent = state.store.token(caller.token).await?;
    let (secret, hash) = token::generate(state.random.as_ref());
    let made = AccessToken {
        id: TokenId::generate(now, state.random.as_ref()),
        hash,
        user,
        issued_by: caller.user.clone(),
        app: parse_with("app", &new.app, AppName::new)?,
        scopes,
        environment,
        created_at: now,
        expires_at: now.plus_secs(i64::from(new.expires_in_seconds)).min(parent.expires_at),
        revoked_at: None,
    };
    let scope_words = made.scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(",");
    let mut act = act.subject(&made.id).whom(&made.user).detail("scopes", &scope_words).detail("app", &made.app);
    if let Some(environment) = made.environment {
        act = act.environment(state.connections.held(environment).await);
    }
    state.perform(act, async { Ok(state.store.add_token(&made).await?) }).await?;
    let token = String::from_utf8_lossy(secret.expose()).into_owned();
    Ok((StatusCode::CREATED, Json(CreatedToken { token, access_token: made.into() })))
}

fn scopes(words: &[String]) -> Result<Scopes, Problem> {
    if words.is_empty() || words.len() > Scope::ALL.len() {
        return Err(Problem::bad_request("`scopes` names 1 to 5 scopes"));
    }
    words.iter().map(|word| parse::<Scope>("scopes", word)).collect()
}
