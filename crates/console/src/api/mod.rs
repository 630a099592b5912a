//! The API under `/api/v1`. One endpoint is one file `<noun>/<verb>.rs`; this file only lists them.
//!
//! The OpenAPI document is made from the same list, so an endpoint cannot be served without being described. A copy is
//! kept in `docs/api/openapi.json`; a test holds it against the code.

mod cells;
mod connections;
mod connectors;
mod crossing_grants;
mod directory;
mod environments;
mod groups;
mod ledger;
mod node;
mod ownership;
mod page;
mod regions;
mod residency;
mod roles;
mod shares;
mod tokens;
mod users;
mod versions;
mod whoami;

pub use cells::cell_address;
pub(crate) use page::{Page, PageQuery};

use crate::problem::{FindingBody, ProblemBody};
use crate::state::ConsoleState;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Where the API's own description is found.
pub(crate) const OPENAPI_PATH: &str = "/api/v1/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Backshell API",
        version = "1",
        description = "Manages connectors, environments, connections, access and the ledger of a Backshell installation. \
            Errors are `application/problem+json` with a stable `code`. Unknown members and parameters are refused. \
            Every act that changes something is in the ledger before it is answered.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemBody, FindingBody)),
    modifiers(&Bearer),
    tags(
        (name = "connectors", description = "The catalogue, publication and withdrawal"),
        (name = "environments", description = "Environments, and the cells and regions they may name"),
        (name = "connections", description = "Connections, their settings, secrets, hosts and shares"),
        (name = "access", description = "Access tokens, roles and groups"),
        (name = "ledger", description = "The record of calls and acts"),
        (name = "residency", description = "Where data goes, from the ledger")
    )
)]
struct Description;

/// Says that every endpoint takes an access token.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description = Some("A Backshell access token, `bsk_…`".to_owned());
        openapi.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(scheme));
        openapi.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    }
}

/// Every endpoint, with its description.
pub(crate) fn endpoints() -> OpenApiRouter<ConsoleState> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(whoami::get::whoami))
        .routes(routes!(connectors::list::list, connectors::publish::publish))
        .routes(routes!(connectors::get::get))
        .routes(routes!(connectors::operations::operations))
        .routes(routes!(connectors::parameters::parameters))
        .routes(routes!(connectors::verification::verification))
        .routes(routes!(connectors::accept_verification::accept))
        .routes(routes!(ownership::proofs::proofs, ownership::begin::begin))
        .routes(routes!(ownership::revoke::revoke))
        .routes(routes!(ownership::check::check))
        .routes(routes!(ownership::consents::consents, ownership::consent::consent))
        .routes(routes!(ownership::withdraw::withdraw))
        .routes(routes!(versions::list::list))
        .routes(routes!(versions::get::get))
        .routes(routes!(versions::withdraw::withdraw))
        .routes(routes!(regions::list::list))
        .routes(routes!(cells::list::list, cells::register::register))
        .routes(routes!(cells::delete::delete))
        .routes(routes!(directory::list::list))
        .routes(routes!(directory::put::put, directory::delete::delete))
        .routes(routes!(node::get::get))
        .routes(routes!(node::egress::egress))
        .routes(routes!(environments::list::list, environments::create::create))
        .routes(routes!(environments::get::get))
        .routes(routes!(crossing_grants::list::list, crossing_grants::create::create))
        .routes(routes!(crossing_grants::get::get, crossing_grants::revoke::revoke))
        .routes(routes!(connections::list::list, connections::create::create))
        .routes(routes!(connections::get::get, connections::delete::delete))
        .routes(routes!(connections::put_settings::put_settings))
        .routes(routes!(connections::put_secrets::put_secrets))
        .routes(routes!(connections::approve_host::approve_host))
        .routes(routes!(shares::list::list, shares::create::create))
        .routes(routes!(shares::delete::delete))
        .routes(routes!(tokens::list::list, tokens::create::create))
        .routes(routes!(tokens::revoke::revoke))
        .routes(routes!(roles::list::list))
        .routes(routes!(roles::put::put, roles::delete::delete))
        .routes(routes!(groups::list_members::list_members))
        .routes(routes!(groups::put_member::put_member, groups::delete_member::delete_member))
        .routes(routes!(users::delete_pseudonym::delete_pseudonym))
        .routes(routes!(ledger::entries::entries))
        .routes(routes!(ledger::erase::erase))
        .routes(routes!(ledger::checkpoint::checkpoint))
        .routes(routes!(residency::flows::flows))
        .routes(routes!(residency::register::register))
        .routes(routes!(residency::report::report))
}
