//! `GET /api/v1/connections`.

use super::ConnectionBody;
use crate::api::Page;
use crate::extract::{Identified, Query, page_size, parse, parse_with};
use crate::problem::{BadRequest, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::UserId;
use backshell_permission::{Action, Resource};
use backshell_store::{ConnectionFilter, Limit};
use serde::Deserialize;
use utoipa::IntoParams;

/// How many connections one request looks through at most.
const MAX_SCAN: usize = 10_000;

/// Which connections are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConnectionsQuery {
    /// Only those of this environment.
    environment: Option<String>,
    /// Only those of this connector.
    connector: Option<String>,
    /// Only those that this user made.
    #[param(max_length = 256)]
    owner: Option<String>,
    /// How many entries at most, 1 to 1000; 100 when left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// Lists the connections that the caller may see
///
/// Their own, those shared with them, and for administrators all. A page may hold fewer entries than asked for while
/// `next` is present.
#[utoipa::path(
    get,
    path = "/api/v1/connections",
    tag = "connections",
    operation_id = "connections_list",
    params(ConnectionsQuery),
    responses(
        (status = 200, description = "Connections in the order of their identifiers", body = Page<ConnectionBody>),
        BadRequest,
        Unauthenticated,
        Unavailable
    )
)]
pub(crate) async fn list(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Query(query): Query<ConnectionsQuery>,
) -> Result<Json<Page<ConnectionBody>>, Problem> {
    let authority = state.authority()?;
    let filter = ConnectionFilter {
        environment: query.environment.as_deref().map(|text| parse("environment", text)).transpose()?,
        connector: query.connector.as_deref().map(|text| parse("connector", text)).transpose()?,
        owner: query.owner.as_deref().map(|text| parse_with("owner", text, UserId::new)).transpose()?,
    };
    let size = page_size(query.limit)?;
    let mut after = query.after.as_deref().map(|after| parse("after", after)).transpose()?;
    let mut page = Page { items: Vec::new(), next: None };
    let mut scanned = 0;
    loop {
        let connections = state.store.connections(&filter, after, Limit::MAX).await?;
        scanned += connections.len();
        let last_part = connections.len() < Limit::MAX.get();
        for connection in connections {
            if page.items.len() == size {
                page.next = after.map(|id| id.to_string());
                return Ok(Json(page));
            }
            after = Some(connection.id);
            if authority.may(&caller, Action::ReadConnection, &Resource::Connection(connection.id)).allowed {
                page.items.push(connection.into());
            }
        }
        if last_part {
            return Ok(Json(page));
        }
        if scanned >= MAX_SCAN {
            page.next = after.map(|id| id.to_string());
            return Ok(Json(page));
        }
    }
}
