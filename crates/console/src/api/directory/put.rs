//! `PUT /api/v1/directory/{connection}`.

use super::EntryBody;
use crate::api::environments::boundary;
use crate::extract::{Identified, JsonBody, Path, parse};
use crate::problem::{
    BadRequest, BodyTooLarge, Conflict, PermissionDenied, Problem, Unauthenticated, Unavailable, UnsupportedMediaType,
};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_boundary::AllowedSet;
use backshell_model::{DirectoryEntry, Region};
use backshell_permission::{Action, Resource};
use serde::Deserialize;
use utoipa::ToSchema;

/// Where a connection is at home.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEntry {
    /// Its environment, `env_…`.
    environment: String,
    /// The environment's home region, a name from the list of regions.
    #[schema(max_length = 64)]
    home: String,
    /// How far its data may travel: `region`, `geography` or `list`.
    boundary: String,
    /// The regions of the boundary `list`; the home region must be among them.
    #[serde(default)]
    #[schema(max_items = 100)]
    regions: Vec<String>,
}

/// Notes where a connection is at home that another cell holds
///
/// Calls of it are then answered with 421 and the address of the cell in its home region. An environment whose boundary
/// this cell lies inside of has no place here: its connections are made in this cell.
#[utoipa::path(
    put,
    path = "/api/v1/directory/{connection}",
    tag = "environments",
    operation_id = "directory_put",
    params(("connection" = String, Path, description = "The connection, `con_…`")),
    request_body = NewEntry,
    responses(
        (status = 200, description = "It is noted", body = EntryBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Conflict,
        BodyTooLarge,
        UnsupportedMediaType,
        Unavailable
    )
)]
pub(crate) async fn put(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connection): Path<String>,
    JsonBody(new): JsonBody<NewEntry>,
) -> Result<Json<EntryBody>, Problem> {
    let resource = Resource::Platform;
    let act = state.permit_act(&caller, "directory.put", Action::ManageEnvironment, &resource, "new").await?;
    let entry = DirectoryEntry {
        connection: parse("connection", &connection)?,
        environment: parse("environment", &new.environment)?,
        home: Region::new(&new.home),
        boundary: boundary(&new.boundary, &new.regions)?,
        noted_at: state.clock.now(),
    };
    let allowed = AllowedSet::within(entry.environment, &entry.home, &entry.boundary)
        .map_err(|error| Problem::bad_request(error.to_string()).reason(error.reason()))?;
    if allowed.contains(state.node.cell.identity().region()) {
        return Err(Problem::conflict("this cell lies inside the environment's boundary")
            .help("make the connection here, or call the cell that holds it"));
    }
    let act = act.subject(&entry.connection).detail("home", &entry.home).detail("boundary", entry.boundary.as_str());
    state.perform(act, async { Ok(state.store.put_directory_entry(&entry).await?) }).await?;
    Ok(Json(entry.into()))
}
