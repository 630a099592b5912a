//! `POST /api/v1/connectors`.

use crate::acts::Act;
use crate::api::versions::VersionReport;
use crate::endpoint_check::{self, PublicationCheck, Publishing};
use crate::extract::{Identified, Query, media_type_is, parse, parse_word, read_body};
use crate::notices::{Notice, notices};
use crate::problem::{
    BadRequest, BodyTooLarge, Conflict, FindingBody, InvalidPackage, Kind, PermissionDenied, Problem, Unauthenticated,
    Unavailable, UnsupportedMediaType,
};
use crate::state::ConsoleState;
use axum::Json;
use axum::extract::{Request, State};
use backshell_boundary::region_in_host;
use backshell_certify::{Certification, CheckState, HostPlace, Update};
use backshell_findings::{BarState, Check, Finding};
use backshell_model::{
    Caller, Connector, ConnectorSlug, Infrastructure, PackageDigest, PublisherKind, Verdict, VersionState,
};
use backshell_package::{Limits, ReadPackage, read_files};
use backshell_permission::{Action, Resource};
use backshell_store::{Limit, Publication, StoreError};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The most findings that a refusal lists; errors come first.
const MAX_FINDINGS: usize = 1_000;

/// The most values in one JSON file of a package: the largest published definitions have a tenth of it.
const MAX_VALUES: usize = 1_000_000;

/// The most published versions, the newest first, that an update is compared with.
const MAX_EARLIER: usize = 16;

/// As what the package shall be published.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PublishQuery {
    /// Who publishes it: `platform` (for administrators only), `verified` or `independent`.
    publisher: String,
    /// Where the service behind it runs: `internal` (the operator's own; for the publisher `platform`, so for
    /// administrators, only) or `external`.
    infrastructure: String,
    /// The connector's name in addresses: 2 to 63 of a-z, 0-9 and hyphen. Made from the title when left out.
    slug: Option<String>,
}

/// A published version, and what it will not do.
#[derive(Serialize, ToSchema)]
#[schema(as = Publication)]
pub(crate) struct PublicationBody {
    /// The version.
    #[serde(flatten)]
    version: VersionReport,
    /// What its publisher should know.
    notices: Vec<Notice>,
}

/// Publishes a package
///
/// The body is the package as a zip. It is certified by the profile of its publisher and infrastructure; a finding at
/// error level refuses it. Checks of the profile that are not built in leave the verdict `incomplete`. Publishing the
/// same bytes again changes nothing and is answered with 200.
///
/// Where the node's configuration says so, the hosts of the package are measured too: a bar that is not cleared refuses it,
/// and with `require` so does one that could not be measured (`endpoint_not_passed`). Availability and latency take minutes: a
/// job measures them after publication and completes the report; the check is `not_run` until then.
///
/// An update is compared with the published versions (the 16 newest). Connections to a version that nothing of it breaks
/// follow it at once, where their hosts and their kind of authentication stay; the others stay on their version.
///
/// Who publishes a connector first owns it: only they and administrators publish further versions. `notices` says what a
/// certified version will still not do.
#[utoipa::path(
    post,
    path = "/api/v1/connectors",
    tag = "connectors",
    operation_id = "connectors_publish",
    params(PublishQuery),
    request_body(content = [u8], content_type = "application/zip", description = "The package, zipped"),
    responses(
        (status = 201, description = "The version was published", body = PublicationBody),
        (status = 200, description = "These bytes were published before", body = PublicationBody),
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
) -> Result<(StatusCode, Json<PublicationBody>), Problem> {
    // A package may be large: permission comes before its first byte.
    let act = permit(&state, &caller, Action::PublishConnector, &Resource::Platform, "package").await?;
    let publisher = parse_word("publisher", &query.publisher, PublisherKind::ALL, PublisherKind::as_str)?;
    let infrastructure =
        parse_word("infrastructure", &query.infrastructure, Infrastructure::ALL, Infrastructure::as_str)?;
    let act = if publisher == PublisherKind::Platform || infrastructure == Infrastructure::Internal {
        permit(&state, &caller, Action::PublishAsPlatform, &Resource::Platform, "package").await?
    } else {
        act
    };
    let slug: Option<ConnectorSlug> = query.slug.as_deref().map(|slug| parse("slug", slug)).transpose()?;
    media_type_is(request.headers(), "application/zip")?;
    let bytes = read_body(request.into_body(), state.config.max_package_bytes).await?;

    let read = state.connections.reading(move || read_package(&bytes)).await?;
    let digest = read.package.digest();
    let slug = slug.or_else(|| ConnectorSlug::propose(&backshell_certify::title(&read)));
    let existing = match &slug {
        Some(slug) => existing(&state, slug).await?,
        None => None,
    };
    let act = match &existing {
        Some(connector) => {
            let resource = Resource::Connector { slug: connector.slug.clone(), owner: connector.owner.clone() };
            let act = permit(&state, &caller, Action::PublishConnector, &resource, &digest.to_string()).await?;
            unchanged(connector, publisher, infrastructure)?;
            if let Some(version) = known(&state, &connector.slug, digest).await? {
                return Ok((StatusCode::OK, Json(PublicationBody { version, notices: notices(&read.package) })));
            }
            act
        }
        None => act,
    };
    let (digests, earlier) = match &existing {
        Some(connector) => earlier_versions(&state, &connector.slug).await?,
        None => (Vec::new(), Vec::new()),
    };
    let owner = existing.as_ref().map_or(&caller.user, |connector| &connector.owner);
    let publishing = Publishing { connector: slug.as_ref(), owner, kind: publisher };
    let endpoint = endpoint_check::run(&state, &read, &publishing).await?;
    let is_pending = endpoint.is_pending();
    let request = backshell_certify::Request { publisher, infrastructure, path: None, endpoint };
    let certify = move || certify(read, &earlier, &request);
    let Certified { read, certification, notices } = state.connections.reading(certify).await?;
    refuse(&read, &certification, state.config.publication, is_pending)?;

    let title = certification.subject.name.clone();
    let slug = slug.ok_or_else(|| {
        Problem::bad_request("no slug can be made from the connector's title").help("name one in `slug`")
    })?;
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
            owner: existing.map_or_else(|| caller.user.clone(), |connector| connector.owner),
            created_at: now,
        },
        digest,
        label: certification.subject.version.clone().unwrap_or_default(),
        verdict: certification.verdict,
        report: certification.json(env!("CARGO_PKG_VERSION")).into(),
        files: read.package.files.iter().map(|file| (file.path.clone(), Arc::from(&*file.bytes))).collect(),
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
    if published.created {
        let unbroken = digests.iter().zip(&certification.unbroken).filter(|(_, unbroken)| **unbroken);
        follow(&state, &caller, &slug, unbroken.map(|(from, _)| *from), digest).await;
    }
    let version = state.store.version(&slug, digest).await?.try_into()?;
    Ok((status, Json(PublicationBody { version, notices })))
}

/// The connector, when there is one.
async fn existing(state: &ConsoleState, slug: &ConnectorSlug) -> Result<Option<Connector>, Problem> {
    match state.store.connector(slug).await {
        Ok(connector) => Ok(Some(connector)),
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Moves the connections that the update changes nothing for to the new version. That some stay behind, which is always
/// possible, is no reason to say that the publication failed.
async fn follow(
    state: &ConsoleState,
    caller: &Caller,
    slug: &ConnectorSlug,
    unbroken: impl Iterator<Item = PackageDigest>,
    digest: PackageDigest,
) {
    for from in unbroken {
        if let Err(error) = state.connections.follow(caller, slug, from, digest).await {
            tracing::warn!(%error, connector = %slug, "connections stay on an earlier version");
        }
    }
}

/// The published versions of a connector, the newest first, as far as they are compared: digests and packages.
async fn earlier_versions(
    state: &ConsoleState,
    slug: &ConnectorSlug,
) -> Result<(Vec<PackageDigest>, Vec<ReadPackage>), Problem> {
    let (mut digests, mut after) = (Vec::new(), 0);
    loop {
        let page = state.store.versions(slug, after, Limit::MAX).await?;
        let Some(last) = page.last() else { break };
        after = last.number;
        let published = page.iter().filter(|version| version.state == VersionState::Published);
        digests.extend(published.map(|version| version.digest));
    }
    digests.reverse();
    digests.truncate(MAX_EARLIER);
    let mut versions = Vec::new();
    for digest in &digests {
        versions.push(state.store.version(slug, *digest).await?.files);
    }
    let read = move || versions.iter().map(|files| read_files("earlier", files.to_vec(), &limits())).collect();
    Ok((digests, state.connections.reading(read).await?))
}

async fn permit<'a>(
    state: &ConsoleState,
    caller: &'a Caller,
    action: Action,
    resource: &Resource,
    subject: &str,
) -> Result<Act<'a>, Problem> {
    state.permit_act(caller, "version.publish", action, resource, subject).await
}

/// A package that was looked at.
struct Certified {
    read: ReadPackage,
    certification: Certification,
    notices: Vec<Notice>,
}

fn limits() -> Limits {
    let source = backshell_source::Limits { max_nodes: MAX_VALUES, ..backshell_source::Limits::default() };
    Limits { source, ..Limits::default() }
}

fn read_package(bytes: &[u8]) -> ReadPackage {
    backshell_package::read_zip("package", Arc::from(bytes), &limits())
}

/// Seconds of pure computation for a package of megabytes.
fn certify(read: ReadPackage, earlier: &[ReadPackage], request: &backshell_certify::Request) -> Certified {
    let update = Update { earlier, connections_stay: true, place_of_host: Some(place_of_host) };
    let certification = backshell_certify::certify_update(&read, request, Some(&update));
    let notices = notices(&read.package);
    Certified { read, certification, notices }
}

/// The region that the name of a host speaks of.
fn place_of_host(host: &str) -> Option<HostPlace> {
    let facts = region_in_host(host)?;
    Some(HostPlace { region: facts.region.to_owned(), geography: facts.geography.to_owned() })
}

/// Refuses what must not be published. That a part of the check of endpoints is pending does not refuse: nobody could publish
/// otherwise.
fn refuse(
    read: &ReadPackage,
    certification: &Certification,
    wanted: PublicationCheck,
    is_pending: bool,
) -> Result<(), Problem> {
    if let Some(reason) = certification.refusal {
        return Err(Problem::bad_request(reason).reason("profile_refused"));
    }
    let refused = certification.verdict == Verdict::Refused || read.package.definition.is_none() || read.is_refused();
    if !refused {
        return if wanted == PublicationCheck::Require && !is_pending { passed(certification) } else { Ok(()) };
    }
    let mut findings: Vec<&Finding> = certification.report.findings.iter().collect();
    findings.sort_by_key(|finding| finding.severity);
    let errors = certification.report.summary().errors;
    Err(Problem::new(Kind::InvalidPackage, format!("the package has {errors} findings at error level"))
        .help("correct them and publish again; `backshell lint` shows them with their places")
        .findings(findings.into_iter().take(MAX_FINDINGS).map(FindingBody::from).collect()))
}

/// Refuses a version whose check of endpoints is asked for and did not pass. Where it says what was measured, this says what
/// was not.
fn passed(certification: &Certification) -> Result<(), Problem> {
    let outcome = certification.checks.iter().find(|outcome| outcome.check == Check::Endpoint);
    if outcome.is_some_and(|outcome| outcome.state == CheckState::Passed) {
        return Ok(());
    }
    let bars = &certification.report.bars;
    let measured = bars.iter().filter(|bar| bar.state != BarState::NotMeasured).count();
    let open = bars.iter().filter(|bar| bar.state == BarState::NotMeasured);
    let open = open.map(|bar| FindingBody::not_measured(&bar.id, &bar.host, &bar.message));
    Err(Problem::new(
        Kind::InvalidPackage,
        format!(
            "the check `endpoint` did not pass: {}; {measured} of {} bars were measured, and this node publishes nothing \
             without it",
            outcome.map_or("it was not run", |outcome| &outcome.reason),
            bars.len()
        ),
    )
    .reason("endpoint_not_passed")
    .help("`findings` says what was not measured and why; mend that, or have an administrator set `verification.publication`")
    .findings(open.take(MAX_FINDINGS).collect()))
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

/// Says what the store would refuse, in words that help.
fn unchanged(known: &Connector, publisher: PublisherKind, infrastructure: Infrastructure) -> Result<(), Problem> {
    if known.publisher_kind == publisher && known.infrastructure == infrastructure {
        return Ok(());
    }
    Err(Problem::conflict(format!(
        "the connector `{}` is published by `{}` for `{}` infrastructure",
        known.slug, known.publisher_kind, known.infrastructure
    ))
    .help("publish it as that, or choose another `slug`"))
}

impl FindingBody {
    /// A bar that could not be measured. It has no place in the package.
    fn not_measured(bar: &str, host: &str, why: &str) -> Self {
        Self {
            check: Check::Endpoint.as_str().to_owned(),
            rule: bar.to_owned(),
            severity: "note".to_owned(),
            message: format!("`{host}`: not measured: {why}"),
            help: String::new(),
            file: String::new(),
            pointer: String::new(),
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 1,
        }
    }
}

impl From<&Finding> for FindingBody {
    fn from(finding: &Finding) -> Self {
        Self {
            check: finding.check.as_str().to_owned(),
            rule: finding.rule.to_string(),
            severity: finding.severity.as_str().to_owned(),
            message: finding.message.clone(),
            help: finding.help.to_string(),
            file: finding.place.file.to_string(),
            pointer: finding.place.pointer.clone(),
            line: finding.place.start.line,
            column: finding.place.start.column,
            end_line: finding.place.end.line,
            end_column: finding.place.end.column,
        }
    }
}
