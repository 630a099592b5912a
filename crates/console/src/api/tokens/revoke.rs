//! `DELETE /api/v1/tokens/{token}`.

use crate::extract::{Identified, Path, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::extract::State;
use backshell_model::TokenId;
use backshell_permission::{Action, Resource};
use http::StatusCode;

/// Revokes an access token
///
/// It is refused by this node from now on and by every other within five seconds. Repeating it changes nothing. With a
/// token that has none of the scopes `admin` and `connections`, only that token itself can be revoked.
#[utoipa::path(
    delete,
    path = "/api/v1/tokens/{token}",
    tag = "access",
    operation_id = "tokens_revoke",
    params(("token" = String, Path, description = "The token's identifier, `tok_…`")),
    responses(
        (status = 204, description = "The token is revoked"),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn revoke(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id: TokenId = parse("token", &id)?;
    let token = state.store.token(id).await?;
    let resource = Resource::Token { id, user: token.user.clone() };
    let act = state.permit_act(&caller, "token.revoke", Action::RevokeToken, &resource, &id).await?;
    let act = act.whom(&token.user);
    state.perform(act, async { Ok(state.store.revoke_token(id, state.clock.now()).await?) }).await?;
    Ok(StatusCode::NO_CONTENT)
}
