//! `DELETE /api/v1/users/{user}/pseudonym`.

use crate::extract::{Identified, Path, parse_with};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::extract::State;
use backshell_ledger::erase_user;
use backshell_model::UserId;
use backshell_permission::{Action, Resource};
use http::StatusCode;

/// Makes a user's records nobody's
///
/// The ledger knows users by pseudonyms. This erases which one stands for the user, for good: their records stay, and
/// nobody can say any more whose they are. What they do later stands under a new pseudonym. `POST /api/v1/ledger/erasures`
/// does the same and says what still names the user.
#[utoipa::path(
    delete,
    path = "/api/v1/users/{user}/pseudonym",
    tag = "access",
    operation_id = "users_delete_pseudonym",
    params(("user" = String, Path, description = "The user's name")),
    responses(
        (status = 204, description = "The user's records are nobody's"),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn delete_pseudonym(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(user): Path<String>,
) -> Result<StatusCode, Problem> {
    // The record names nobody: naming the user would give them a pseudonym, and tie it to what is erased here.
    let act =
        state.permit_act(&caller, "pseudonym.erase", Action::ManageAccess, &Resource::Platform, "pseudonym").await?;
    let user = parse_with("user", &user, UserId::new)?;
    let erase = async {
        let erased = erase_user(&state.ledger, &*state.store, &user, state.clock.now()).await?;
        if erased.found() { Ok(()) } else { Err(Problem::not_found("the ledger knows no such user")) }
    };
    state.perform(act, erase).await?;
    Ok(StatusCode::NO_CONTENT)
}
