//! `POST /api/v1/connectors`.

use crate::api::versions::VersionReport;
use crate::extract::{Identified, Query, media_type_is, parse, parse_word, read_body};
use crate::problem::{
    BadRequest, BodyTooLarge, Conflict, FindingBody, InvalidPackage, Kind, PermissionDenied, Problem, Unauthenticated,
    Unavailable, UnsupportedMediaType,
};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::{Request, State};
use backshell_certify::Certification;
use backshell_findings::Finding;
use backshell_model::{Connector, ConnectorSlug, Infrastructure, PackageDigest, PublisherKind, Verdict, VersionState};
use backshell_package::{Limits, ReadPackage};
use backshell_permission::{Action, Resource};
use backshell_store::{Publication, StoreError};
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// The most findings that a refusal lists; errors come first.
const MAX_FINDINGS: usize = 1_000;

/// As what the package shall be published.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PublishQuery {
    /// Who publishes it: `platform`, `verified` or `independent`.
    publisher: String,
    /// Where the service behind it runs: `internal` (the operator's own; for the publisher `platform` only) or
    /// `external`.
    infrastructure: String,
    /// The connector's name in addresses: 2 to 63 of a-z, 0-9 and hyphen. Made from the title when left out.
    slug: Option<String>,
}

/// Publishes a package
///
/// The body is the package as a zip. It is certified by the profile of its publisher and infrastructure; a finding at
/// error level refuses it. Checks of the profile that are not built in leave the verdict `incomplete`. Publishing the
/// same bytes again changes nothing and is answered with 200.
#[utoipa::path(
    post,
    path = "/api/v1/connectors",
    tag = "connectors",
    operation_id = "connectors_publish",
    params(PublishQuery),
    request_body(content = [u8], content_type = "application/zip", description = "The package, zipped"),
    responses(
        (status = 201, description = "The version was published", body = VersionReport),
        (status = 200, description = "These bytes were published before", body = VersionReport),
        BadRequest,
        Unauthenticated,
        PermissionDenied,
        Conflict,
        BodyTooLarge,
        UnsupportedMediaType,
        InvalidPackage,
        Unavailable
    )
)]
pub(crate) async fn publish(
    State(state): State<ConsoleState>,
    Identified(caller): Identified,
    Query(query): Query<PublishQuery>,
    request: Request,
) -> Result<(StatusCode, Json<VersionReport>), Problem> {
    // A package may be large: permission comes before its first byte.
    let resource = Resource::Platform;
    let act = state.permit_act(&caller, "version.publish", Action::PublishConnector, &resource, "package").await?;
    let publisher = parse_word("publisher", &query.publisher, PublisherKind::ALL, PublisherKind::as_str)?;
    let infrastructure =
        parse_word("infrastructure", &query.infrastructure, Infrastructure::ALL, Infrastructure::as_str)?;
    let slug: Option<ConnectorSlug> = query.slug.as_deref().map(|slug| parse("slug", slug)).transpose()?;
    media_type_is(request.headers(), "application/zip")?;
    let bytes = read_body(request.into_body(), state.config.max_package_bytes).await?;

    // Seconds of pure computation for a package of megabytes.
    let certified = tokio::task::spawn_blocking(move || certify(&bytes, publisher, infrastructure));
    let (read, certification) = certified.await.map_err(|error| Problem::internal(&error))?;
    refuse(&read, &certification)?;

    let title = certification.subject.name.clone();
    let slug = slug.or_else(|| ConnectorSlug::propose(&title)).ok_or_else(|| {
        Problem::bad_request("no slug can be made from the connector's title").help("name one in `slug`")
    })?;
    let digest = read.package.digest;
    if let Some(known) = known(&state, &slug, digest).await? {
        return Ok((StatusCode::OK, Json(known)));
    }
    unchanged_owner(&state, &slug, publisher, infrastructure).await?;

    let properties = read.package.properties.as_ref();
    let publisher_name = properties.and_then(|properties| properties.publisher().or_else(|| properties.stack_owner()));
    let now = state.clock.now();
    let publication = Publication {
        connector: Connector {
            slug: slug.clone(),
            title,
            publisher: publisher_name.unwrap_or_default().to_owned(),
            publisher_kind: publisher,
            infrastructure,
            created_at: now,
        },
        digest,
        label: certification.subject.version.clone().unwrap_or_default(),
        verdict: certification.verdict,
        report: certification.json(env!("CARGO_PKG_VERSION")).into(),
        files: read.package.files.iter().map(|file| (file.path.clone(), Arc::clone(&file.bytes))).collect(),
        published_at: now,
    };
    let act = act
        .subject(&digest)
        .detail("connector", &slug)
        .detail("publisher", &publisher)
        .detail("infrastructure", &infrastructure)
        .detail("verdict", &certification.verdict);
    let published = state.perform(act, async { Ok(state.store.publish(&publication).await?) }).await?;
    let status = if published.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(state.store.version(&slug, digest).await?.try_into()?)))
}

fn certify(bytes: &[u8], publisher: PublisherKind, infrastructure: Infrastructure) -> (ReadPackage, Certification) {
    let read = backshell_package::read_zip("package", Arc::from(bytes), &Limits::default());
    let request = backshell_certify::Request { publisher, infrastructure, path: None };
    let certification = backshell_certify::certify(&read, &request);
    (read, certification)
}

/// Refuses what must not be published.
fn refuse(read: &ReadPackage, certification: &Certification) -> Result<(), Problem> {
    if let Some(reason) = certification.refusal {
        return Err(Problem::bad_request(reason).reason("profile_refused"));
    }
    let refused = certification.verdict == Verdict::Refused || read.package.definition.is_none() || read.is_refused();
    if !refused {
        return Ok(());
    }
    let mut findings: Vec<&Finding> = certification.report.findings.iter().collect();
    findings.sort_by_key(|finding| finding.severity);
    let errors = certification.report.summary().errors;
    Err(Problem::new(Kind::InvalidPackage, format!("the package has {errors} findings at error level"))
        .help("correct them and publish again; `backshell lint` shows them with their places")
        .findings(findings.into_iter().take(MAX_FINDINGS).map(FindingBody::from).collect()))
}

/// The version, when these bytes were published before.
async fn known(
    state: &ConsoleState,
    slug: &ConnectorSlug,
    digest: PackageDigest,
) -> Result<Option<VersionReport>, Problem> {
    match state.store.version(slug, digest).await {
        Ok(version) if version.state == VersionState::Withdrawn => {
            Err(Problem::conflict("this version was withdrawn").help("publish a changed package"))
        }
        Ok(version) => Ok(Some(version.try_into()?)),
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A connector does not change hands, and does not move between infrastructures: its users trusted who and where it was.
async fn unchanged_owner(
    state: &ConsoleState,
    slug: &ConnectorSlug,
    publisher: PublisherKind,
    infrastructure: Infrastructure,
) -> Result<(), Problem> {
    match state.store.connector(slug).await {
        Ok(known) if known.publisher_kind != publisher || known.infrastructure != infrastructure => {
            Err(Problem::conflict(format!(
                "the connector `{slug}` is published by `{}` for `{}` infrastructure",
                known.publisher_kind, known.infrastructure
            ))
            .help("publish it as that, or choose another `slug`"))
        }
        Ok(_) | Err(StoreError::NotFound(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

impl From<&Finding> for FindingBody {
    fn from(finding: &Finding) -> Self {
        Self {
            check: finding.check.as_str().to_owned(),
            rule: finding.rule.to_string(),
            severity: finding.severity.as_str().to_owned(),
            message: finding.message.clone(),
            help: finding.help.clone(),
            file: finding.place.file.clone(),
            pointer: finding.place.pointer.clone(),
            line: finding.place.start.line,
            column: finding.place.start.column,
            end_line: finding.place.end.line,
            end_column: finding.place.end.column,
        }
    }
}
