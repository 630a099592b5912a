//! `POST /api/v1/cells`.

use super::{CellBody, cell_address};
use crate::extract::{Identified, JsonBody, display_name};
use crate::problem::{
    BadRequest, BodyTooLarge, Conflict, PermissionDenied, Problem, Unauthenticated, Unavailable, UnsupportedMediaType,
};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::{Cell, Region};
use backshell_permission::{Action, Resource};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// A cell that shall be known.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCell {
    /// Its name, unique among the cells.
    #[schema(min_length = 1, max_length = 128)]
    name: String,
    /// Where it runs: a name from the list of regions.
    #[schema(max_length = 64)]
    region: String,
    /// Where its gateway is reached: `https://host` or `https://host:port`.
    #[schema(max_length = 256)]
    gateway_url: String,
}

/// Makes a cell known that has a database of its own
///
/// Callers whose calls belong to its region are told its address, and bring their tokens there: register only cells that
/// you run. Nodes that share this database announce themselves.
#[utoipa::path(
    post,
    path = "/api/v1/cells",
    tag = "environments",
    operation_id = "cells_register",
    request_body = NewCell,
    responses(
        (status = 201, description = "The cell is known", body = CellBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Conflict,
        BodyTooLarge,
        UnsupportedMediaType,
        Unavailable
    )
)]
pub(crate) async fn register(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    JsonBody(new): JsonBody<NewCell>,
) -> Result<(StatusCode, Json<CellBody>), Problem> {
    let act = state.permit_act(&caller, "cell.register", Action::ManageEnvironment, &Resource::Platform, "new").await?;
    let cell = Cell {
        name: display_name("name", &new.name)?,
        region: Region::new(&new.region),
        gateway_url: new.gateway_url,
        seen_at: state.clock.now(),
        registered: true,
    };
    if backshell_boundary::region(cell.region.as_str()).is_none() {
        return Err(Problem::bad_request("`region` is no known region").help("choose one from `GET /api/v1/regions`"));
    }
    cell_address(&cell.gateway_url).map_err(|problem| Problem::bad_request(format!("`gateway_url`: {problem}")))?;
    let act = act.subject(&cell.name).detail("region", &cell.region).detail("gateway_url", &cell.gateway_url);
    state.perform(act, async { Ok(state.store.register_cell(&cell).await?) }).await?;
    Ok((StatusCode::CREATED, Json(cell.into())))
}
