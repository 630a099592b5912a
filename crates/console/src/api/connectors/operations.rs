//! `GET /api/v1/connectors/{connector}/operations`.

use crate::api::Page;
use crate::extract::{Identified, Path, Query, page_size, parse};
use crate::problem::{BadRequest, NotFound, PermissionDenied, Problem, Unauthenticated, Unavailable};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::State;
use backshell_model::{ConnectorSlug, PackageDigest, Version};
use backshell_package::{Limits, Operation, Parameter, ParameterLocation, UrlEncoding, Visibility};
use backshell_permission::{Action, Resource};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Of which version, and which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OperationsQuery {
    /// The digest of the version; the current one when left out.
    version: Option<String>,
    /// Only the operation with this `operationId`.
    #[param(max_length = 256)]
    operation: Option<String>,
    /// How many entries at most, 1 to 1000; 100 when left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// An operation that can be called.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Operation)]
pub(crate) struct OperationBody {
    /// The `operationId`.
    id: String,
    /// The method, in upper case.
    method: &'static str,
    /// The path below the connector's root, with `{parameters}`.
    path: String,
    /// What it does, in a few words.
    summary: Option<String>,
    /// What it does.
    description: Option<String>,
    /// Whether it is a trigger, not an action.
    trigger: bool,
    /// Whether it is marked as deprecated.
    deprecated: bool,
    /// How clients show it: `normal`, `important`, `advanced` or `internal`.
    visibility: &'static str,
    /// The media types that it takes.
    consumes: Vec<String>,
    /// The media types that it gives.
    produces: Vec<String>,
    /// Its parameters.
    parameters: Vec<ParameterBody>,
}

/// A parameter of an operation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperationParameter)]
struct ParameterBody {
    /// Its name.
    name: String,
    /// Where it travels: `path`, `query`, `header`, `body` or `formData`.
    location: &'static str,
    /// Its type, as the definition gives it; of a body the type of its schema.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Its format.
    format: Option<String>,
    /// Whether it must be given.
    required: bool,
    /// How often a path value is percent-encoded: `single` or `double`.
    url_encoding: &'static str,
    /// How the values of a list are joined: `csv`, `ssv`, `tsv`, `pipes` or `multi`; absent for what is no list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    collection_format: Option<String>,
    /// Its name for people.
    summary: Option<String>,
    /// What it means.
    description: Option<String>,
    /// How clients show it.
    visibility: &'static str,
}

/// Lists a connector's operations
///
/// Those of the current version, or of the one that is named, in the order of the definition.
#[utoipa::path(
    get,
    path = "/api/v1/connectors/{connector}/operations",
    tag = "connectors",
    operation_id = "connectors_operations",
    params(("connector" = String, Path, description = "The connector's slug"), OperationsQuery),
    responses(
        (status = 200, description = "Operations", body = Page<OperationBody>),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Unavailable
    )
)]
pub(crate) async fn operations(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Path(connector): Path<String>,
    Query(query): Query<OperationsQuery>,
) -> Result<Json<Page<OperationBody>>, Problem> {
    state.permit(&caller, Action::ReadConnector, &Resource::Platform)?;
    let slug: ConnectorSlug = parse("connector", &connector)?;
    let size = page_size(query.limit)?;
    let skip: usize = query.after.as_deref().map_or(Ok(0), |after| parse("after", after))?;
    let version = match query.version.as_deref() {
        Some(digest) => state.store.version(&slug, parse::<PackageDigest>("version", digest)?).await?,
        None => state.store.current_version(&slug).await?,
    };
    Ok(Json(state.connections.reading(move || page(&version, query.operation.as_deref(), skip, size)).await?))
}

fn page(version: &Version, wanted: Option<&str>, skip: usize, size: usize) -> Page<OperationBody> {
    let files = version.files.to_vec();
    let read = backshell_package::read_files(version.connector.as_str(), files, &Limits::default());
    let Some(definition) = &read.package.definition else { return Page { items: Vec::new(), next: None } };
    let mut operations = definition
        .swagger()
        .operations()
        .filter(|operation| wanted.is_none_or(|wanted| operation.id() == Some(wanted)))
        .filter_map(show)
        .skip(skip);
    let items: Vec<_> = operations.by_ref().take(size).collect();
    let next = operations.next().map(|_| (skip + items.len()).to_string());
    Page { items, next }
}

/// An operation without `operationId` cannot be named, so it cannot be called either.
fn show(operation: Operation<'_>) -> Option<OperationBody> {
    let own = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
    Some(OperationBody {
        id: operation.id()?.to_owned(),
        method: operation.method().as_http(),
        path: operation.path_template().to_owned(),
        summary: operation.summary().map(str::to_owned),
        description: operation.description().map(str::to_owned),
        trigger: operation.is_trigger(),
        deprecated: operation.is_deprecated(),
        visibility: visibility(operation.visibility()),
        consumes: own(operation.consumes()),
        produces: own(operation.produces()),
        parameters: operation.effective_parameters().into_iter().map(parameter).collect(),
    })
}

fn parameter(parameter: Parameter<'_>) -> ParameterBody {
    let kind = match parameter.location {
        ParameterLocation::Body => parameter.schema().and_then(|schema| schema.resolve().unwrap_or(schema).kind()),
        _ => parameter.kind(),
    };
    ParameterBody {
        name: parameter.name.to_owned(),
        location: parameter.location.as_str(),
        kind: kind.map(str::to_owned),
        format: parameter.format().map(str::to_owned),
        required: parameter.required,
        url_encoding: match parameter.url_encoding() {
            UrlEncoding::Single => "single",
            UrlEncoding::Double => "double",
        },
        collection_format: (kind == Some("array")).then(|| parameter.collection_format().to_owned()),
        summary: parameter.summary().map(str::to_owned),
        description: parameter.description().map(str::to_owned),
        visibility: visibility(parameter.visibility()),
    }
}

const fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Normal | Visibility::Other => "normal",
        Visibility::Important => "important",
        Visibility::Advanced => "advanced",
        Visibility::Internal => "internal",
    }
}
