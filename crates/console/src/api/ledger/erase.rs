//! `POST /api/v1/ledger/erasures`.

use crate::extract::{Identified, JsonBody, parse_with};
use crate::problem::{
    BadRequest, BodyTooLarge, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable, UnsupportedMediaType,
};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_ledger::erase_user;
use backshell_model::UserId;
use backshell_permission::{Action, Resource};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose records become nobody's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EraseUser {
    /// The user's name, as tokens carry it.
    #[schema(max_length = 256)]
    user: String,
}

/// What was erased, and what still names the user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErasureBody {
    /// Whether a pseudonym stood for the user; it is nobody's now.
    pseudonym_erased: bool,
    /// Revoked and expired tokens of the user, or made by them, that are forgotten: records name tokens.
    tokens_forgotten: u64,
    /// What is in use and names the user.
    still_named_by: UserTracesBody,
    /// Whether nothing of what was erased can be read from the database's files. False while somebody reads the database;
    /// the next erasure or retention run sees to it.
    files_clean: bool,
}

/// What is in use and names a user, counted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserTraces)]
pub(crate) struct UserTracesBody {
    /// Tokens of theirs, or made by them, that can still be used.
    tokens: u64,
    /// Connections that they own.
    connections: u64,
    /// Connectors that they were the first to publish.
    connectors: u64,
    /// Hosts of connections that they approved.
    approvals: u64,
    /// Shares with them, or given by them.
    shares: u64,
    /// Groups that they are in.
    memberships: u64,
    /// Crossing grants that they recorded.
    grants: u64,
    /// Challenges and consents about the ownership of hosts that name them.
    ownership: u64,
    /// Roles that they hold.
    roles: u64,
}

/// Makes a user's records nobody's, and says what still names them
///
/// The ledger knows users by pseudonyms. This erases which one stands for the user, and their revoked and expired tokens, in
/// the files of the database too. The records stay and the chain still verifies. The act is on record without naming the
/// user. What is in use is not touched: `still_named_by` counts it. Only administrators erase.
#[utoipa::path(
    post,
    path = "/api/v1/ledger/erasures",
    tag = "ledger",
    operation_id = "ledger_erase",
    request_body = EraseUser,
    responses(
        (status = 200, description = "What was erased", body = ErasureBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        BodyTooLarge,
        UnsupportedMediaType,
        Unavailable
    )
)]
pub(crate) async fn erase(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    JsonBody(body): JsonBody<EraseUser>,
) -> Result<Json<ErasureBody>, Problem> {
    // The record names nobody: naming the user would give them a pseudonym, and tie it to what is erased here.
    let act =
        state.permit_act(&caller, "pseudonym.erase", Action::ManageAccess, &Resource::Platform, "pseudonym").await?;
    let user = parse_with("user", &body.user, UserId::new)?;
    let erase = async {
        let erasure = erase_user(&state.ledger, &*state.store, &user, state.clock.now()).await?;
        if erasure.found() { Ok(erasure) } else { Err(Problem::not_found("the ledger knows no such user")) }
    };
    let erasure = state.perform(act, erase).await?;
    let left = erasure.left;
    Ok(Json(ErasureBody {
        pseudonym_erased: erasure.pseudonym,
        tokens_forgotten: erasure.tokens,
        still_named_by: UserTracesBody {
            tokens: left.tokens,
            connections: left.connections,
            connectors: left.connectors,
            approvals: left.approvals,
            shares: left.shares,
            memberships: left.memberships,
            grants: left.grants,
            ownership: left.ownership,
            roles: left.roles,
        },
        files_clean: erasure.scrubbed,
    }))
}
