//! `POST /api/v1/environments`.

use super::{EnvironmentBody, boundary};
use crate::extract::{Identified, JsonBody, display_name, parse, parse_word};
use crate::ports::EgressFacts;
use crate::problem::{
    BadRequest, BodyTooLarge, Conflict, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable,
    UnsupportedMediaType,
};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_boundary::AllowedSet;
use backshell_model::{Egress, Environment, EnvironmentId, Region, TenantId};
use backshell_permission::{Action, Resource};
use backshell_store::Limit;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// What a new environment shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEnvironment {
    /// Its name for people, unique within the tenant.
    #[schema(min_length = 1, max_length = 128)]
    name: String,
    /// Its home region, a name from the list of regions. It never changes.
    #[schema(max_length = 64)]
    home: String,
    /// How far its data may travel: `region`, `geography` or `list`.
    boundary: String,
    /// The regions of the boundary `list`; the home region must be among them.
    #[serde(default)]
    #[schema(max_items = 100)]
    regions: Vec<String>,
    /// What happens when an external endpoint is not known to lie inside: `notice` (the default) or `refuse`.
    egress: Option<String>,
    /// The tenant; needed only when there are several.
    tenant: Option<String>,
}

/// Makes an environment
///
/// The home region and the regions of a list are checked against the table of regions; a boundary never crosses clouds. An
/// environment that this node would serve is refused while the node itself sends something outside of its boundary.
#[utoipa::path(
    post,
    path = "/api/v1/environments",
    tag = "environments",
    operation_id = "environments_create",
    request_body = NewEnvironment,
    responses(
        (status = 201, description = "The environment was made", body = EnvironmentBody),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Conflict,
        BodyTooLarge,
        UnsupportedMediaType,
        Unavailable
    )
)]
pub(crate) async fn create(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    JsonBody(new): JsonBody<NewEnvironment>,
) -> Result<(StatusCode, Json<EnvironmentBody>), Problem> {
    let resource = Resource::Platform;
    let act = state.permit_act(&caller, "environment.create", Action::ManageEnvironment, &resource, "new").await?;
    let now = state.clock.now();
    let boundary = boundary(&new.boundary, &new.regions)?;
    let egress = match &new.egress {
        None => Egress::default(),
        Some(word) => parse_word("egress", word, &[Egress::Notice, Egress::Refuse], Egress::as_str)?,
    };
    let environment = Environment {
        id: EnvironmentId::generate(now, state.random.as_ref()),
        tenant: tenant(&state, new.tenant.as_deref()).await?,
        name: display_name("name", &new.name)?,
        home: Region::new(&new.home),
        boundary,
        egress,
        created_at: now,
    };
    let allowed = AllowedSet::of(&environment);
    let allowed = allowed.map_err(|error| Problem::bad_request(error.to_string()).reason(error.reason()))?;
    let held = state.connections.would_hold(&environment);
    // The next start would refuse: what the node sends by itself must stay inside the boundary of everything it serves.
    if let Some(sent) = state.node.egress.iter().find(|sent| held.is_some() && leaves(sent, &allowed)) {
        return Err(leaving(sent));
    }
    let act = act
        .subject(&environment.id)
        .environment(held)
        .detail("home", &environment.home)
        .detail("boundary", environment.boundary.as_str())
        .detail("egress", environment.egress.as_str());
    state.perform(act, async { Ok(state.store.add_environment(&environment).await?) }).await?;
    Ok((StatusCode::CREATED, Json(environment.into())))
}

/// Whether the operator declared the address to be in a region outside the boundary.
fn leaves(sent: &EgressFacts, allowed: &AllowedSet) -> bool {
    sent.act != "tells" && sent.region.as_deref().is_some_and(|region| !allowed.contains(&Region::new(region)))
}

fn leaving(sent: &EgressFacts) -> Problem {
    let EgressFacts { setting, address, region, .. } = sent;
    let region = region.as_deref().unwrap_or("an unknown place");
    let message = format!("this node sends to `{address}` in `{region}` (`{setting}`), which is outside that boundary");
    Problem::conflict(message).reason("node_egress").help(
        "choose a wider boundary, or an address inside it for the node (`egress.places` says where addresses are)",
    )
}

/// The tenant that is named, or the only one there is.
async fn tenant(state: &ConsoleState, named: Option<&str>) -> Result<TenantId, Problem> {
    if let Some(named) = named {
        return Ok(state.store.tenant(parse("tenant", named)?).await?.id);
    }
    match state.store.tenants(None, Limit::new(2)).await?.as_slice() {
        [only] => Ok(only.id),
        [] => Err(Problem::conflict("there is no tenant yet").help("an operator makes the first one")),
        _ => Err(Problem::bad_request("there are several tenants; name one in `tenant`")),
    }
}
