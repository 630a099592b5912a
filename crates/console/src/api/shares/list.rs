//! `GET /api/v1/connections/{connection}/shares`.

use super::{ShareBody, grantee, words};
use crate::api::{Page, PageQuery};
use crate::extract::{Identified, Path, Query, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::ConnectionId;
use backshell_permission::{Action, Resource};
use backshell_store::Limit;

/// Lists with whom a connection is shared
///
/// For its owner, and for administrators; not for those it is shared with.
#[utoipa::path(
    get,
    path = "/api/v1/connections/{connection}/shares",
    tag = "connections",
    operation_id = "shares_list",
    params(("connection" = String, Path, description = "The connection, `con_…`"), PageQuery),
    responses(
        (status = 200, description = "Shares, groups before users, each by name", body = Page<ShareBody>),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connection): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ShareBody>>, Problem> {
    let id: ConnectionId = parse("connection", &connection)?;
    state.store.connection(id).await?;
    let resource = Resource::Connection(id);
    state.permit_any(&caller, &[(Action::ShareConnection, resource.clone()), (Action::ManageConnection, resource)])?;
    let limit = Limit::new(query.size()?);
    let after = match query.after.as_deref() {
        Some(after) => {
            let (kind, name) = after.split_once(':').ok_or_else(|| Problem::bad_request("`after` is no `next`"))?;
            Some(grantee(kind, name)?)
        }
        None => None,
    };
    let shares = state.store.shares(id, after.as_ref(), limit).await?;
    let key = |share: &backshell_model::Share| {
        let (kind, name) = words(&share.grantee);
        format!("{kind}:{name}")
    };
    Ok(Json(Page::of(shares, limit, key, Into::into)))
}
