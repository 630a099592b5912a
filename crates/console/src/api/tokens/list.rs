//! `GET /api/v1/tokens`.

use super::TokenBody;
use crate::api::Page;
use crate::extract::{Identified, Query, page_size, parse, parse_with};
use crate::problem::{BadRequest, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::UserId;
use backshell_permission::{Action, Resource};
use backshell_store::Limit;
use serde::Deserialize;
use utoipa::IntoParams;

/// Whose tokens are wanted, and which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TokensQuery {
    /// Whose tokens; the caller's own when left out.
    #[param(max_length = 256)]
    user: Option<String>,
    /// How many entries at most, 1 to 1000; 100 when left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// Lists a user's access tokens
///
/// Whoever may revoke a user's tokens may see which there are; the tokens themselves are never shown again.
#[utoipa::path(
    get,
    path = "/api/v1/tokens",
    tag = "access",
    operation_id = "tokens_list",
    params(TokensQuery),
    responses(
        (status = 200, description = "Tokens in the order of their identifiers", body = Page<TokenBody>),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Unavailable
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Query(query): Query<TokensQuery>,
) -> Result<Json<Page<TokenBody>>, Problem> {
    let user = match &query.user {
        Some(user) => parse_with("user", user, UserId::new)?,
        None => caller.user.clone(),
    };
    state.permit(&caller, Action::RevokeToken, &Resource::TokensOf(user.clone()))?;
    let limit = Limit::new(page_size(query.limit)?);
    let after = query.after.as_deref().map(|after| parse("after", after)).transpose()?;
    let tokens = state.store.tokens(Some(&user), after, limit).await?;
    Ok(Json(Page::of(tokens, limit, |token| token.id.to_string(), Into::into)))
}
