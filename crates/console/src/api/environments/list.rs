//! `GET /api/v1/environments`.

use super::EnvironmentBody;
use crate::api::{Page, PageQuery};
use crate::extract::{Identified, Query, parse};
use crate::problem::{BadRequest, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_permission::{Action, Resource};
use backshell_store::Limit;

/// Lists the environments that the caller may see
///
/// A page may hold fewer entries than asked for; follow `next` until it is absent.
#[utoipa::path(
    get,
    path = "/api/v1/environments",
    tag = "environments",
    operation_id = "environments_list",
    params(PageQuery),
    responses(
        (status = 200, description = "Environments in the order of their identifiers", body = Page<EnvironmentBody>),
        BadRequest,
        Unauthenticated,
        Unavailable
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<EnvironmentBody>>, Problem> {
    let authority = state.authority()?;
    let limit = Limit::new(query.size()?);
    let after = query.after.as_deref().map(|after| parse("after", after)).transpose()?;
    let environments = state.store.environments(after, limit).await?;
    Ok(Json(Page::filtered(
        environments,
        limit,
        |environment| environment.id.to_string(),
        |environment| {
            let seen = authority.may(&caller, Action::ReadEnvironment, &Resource::Environment(environment.id)).allowed;
            seen.then(|| environment.into())
        },
    )))
}
