//! Last step: the service's answer as the caller gets it, and what goes wrong on the way as a refusal.

use crate::body::ResponseBody;
use crate::compiled::CompiledOperation;
use crate::location;
use crate::metrics::Metrics;
use crate::pipeline::{Asked, Target};
use crate::receive::remove_hop_by_hop;
use crate::refusal::{CALL_ID_HEADER, Code, Refusal};
use crate::snapshot::Route;
use backshell_auth::AuthError;
use backshell_boundary::{Placed, RefusalCode};
use backshell_ledger::{BoundaryOutcome, Ended};
use backshell_model::{CallId, HostName, ServiceRoot};
use backshell_permission::{Denied, Reason};
use backshell_upstream::SendError;
use http::{HeaderMap, HeaderName, HeaderValue, Response, header};
use std::net::SocketAddr;
use std::sync::Arc;

/// Says on an answer that its call went on although the place of the endpoint is not known to be inside the boundary.
static NOTICE_HEADER: HeaderName = HeaderName::from_static("x-backshell-notice");

/// What stays known about a call after its proofs are used up.
pub(crate) struct Summary<'r> {
    pub(crate) route: &'r Route,
    pub(crate) operation: Arc<CompiledOperation>,
    pub(crate) policies: String,
    pub(crate) host: HostName,
    pub(crate) addresses: Vec<SocketAddr>,
    root: ServiceRoot,
    path: String,
    row: &'static str,
    reason: &'static str,
    grade: &'static str,
    notice: bool,
}

impl<'r> Summary<'r> {
    pub(crate) fn of(placed: &Placed, route: &'r Route, target: &Target<'_>) -> Self {
        let request = placed.request();
        Self {
            route,
            operation: Arc::clone(&target.operation),
            policies: placed.permitted().reason().as_str().to_owned(),
            host: request.root.host.clone(),
            addresses: placed.addresses().to_vec(),
            root: request.root.clone(),
            // A path with a secret in it is not kept; relative links in its answer are then taken out.
            path: request.path.as_literal().map(|path| format!("{}{path}", request.root.base_path)).unwrap_or_default(),
            row: placed.row().as_str(),
            reason: placed.reason(),
            grade: placed.place().grade.as_str(),
            notice: placed.notice(),
        }
    }

    pub(crate) fn boundary(&self) -> BoundaryOutcome<'_> {
        BoundaryOutcome { row: self.row, reason: self.reason, grade: self.grade, notice: self.notice }
    }
}

/// Turns the service's answer into the gateway's: response templates, then links, then the gateway's own headers.
pub(crate) fn respond(
    mut answer: Response<ResponseBody>,
    asked: &Asked,
    summary: &Summary<'_>,
    call: CallId,
    metrics: &Metrics,
) -> Response<ResponseBody> {
    let connection = &summary.route.connection;
    let headers = answer.headers_mut();
    remove_hop_by_hop(headers);
    remove_ours(headers);
    if let Some(version) = &summary.route.version
        && let Some(plan) = version.templates.operation(&summary.operation.id)
    {
        backshell_templates::on_response(plan, &asked.context(summary.route, version), headers);
    }
    let prefix = format!("/apim/{}/{}", connection.connector, connection.id);
    if location::rewrite(headers, &summary.root, &summary.path, &prefix) == location::Outcome::Removed {
        metrics.location_removed();
        tracing::info!(%call, "a link that leads elsewhere was taken out of an answer");
    }
    if let Ok(id) = HeaderValue::from_str(&call.to_string()) {
        headers.insert(&CALL_ID_HEADER, id);
    }
    if summary.notice
        && let Ok(notice) =
            HeaderValue::from_str(&format!("{}; row={}; grade={}", summary.reason, summary.row, summary.grade))
    {
        headers.insert(&NOTICE_HEADER, notice);
    }
    answer
}

/// A service can neither speak in Backshell's name nor set cookies: all connections share the gateway's origin, so a
/// cookie of one service would reach every other.
fn remove_ours(headers: &mut HeaderMap) {
    headers.remove(header::SET_COOKIE);
    headers.remove(HeaderName::from_static("set-cookie2"));
    headers.remove(header::STRICT_TRANSPORT_SECURITY);
    headers.remove(header::ALT_SVC);
    let ours: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with("x-backshell-")).cloned().collect();
    for name in ours {
        headers.remove(name);
    }
}

/// The gateway's code for the boundary's.
pub(crate) fn place_code(code: RefusalCode) -> Code {
    match code {
        RefusalCode::EgressRefused => Code::EgressRefused,
        RefusalCode::EndpointBlocked => Code::EndpointBlocked,
        RefusalCode::UpstreamUnreachable => Code::UpstreamUnreachable,
        RefusalCode::InternalError => Code::InternalError,
    }
}

/// The reason of a denial as far as it is one of the fixed words.
pub(crate) fn denied_reason(denied: &Denied) -> &'static str {
    [Reason::SCOPE_MISSING, Reason::TOKEN_OTHER_ENVIRONMENT, Reason::POLICY_ERROR]
        .into_iter()
        .find(|word| *word == denied.reason.as_str())
        .unwrap_or(Reason::DEFAULT_DENY)
}

pub(crate) fn credential_refusal(error: &AuthError) -> Refusal {
    let code = match error {
        AuthError::MissingSecret(_) | AuthError::UnusableSecret(..) => Code::ConnectionUnauthenticated,
        AuthError::Malformed(_) => Code::BadRequest,
    };
    Refusal::new(code, error.to_string()).reason(error.reason())
}

/// What the caller is told when the service did not answer, and how the call's completion says that it ended.
pub(crate) fn send_refusal(error: &SendError) -> (Refusal, Ended) {
    let unreachable = |detail: &str| Refusal::new(Code::UpstreamUnreachable, detail.to_owned());
    match error {
        SendError::Connect(cause) => {
            tracing::warn!(%cause, "a service does not accept connections");
            (unreachable("the service does not accept connections; try again later").reason("connect"), Ended::NotSent)
        }
        SendError::Tls(cause) => {
            tracing::warn!(%cause, "no TLS session with a service");
            let detail = "no TLS session with the service came about: its certificate or protocol was not accepted";
            (unreachable(detail).reason("tls"), Ended::NotSent)
        }
        SendError::Exchange(cause) => {
            tracing::warn!(%cause, "a service closed the connection without an answer");
            let detail = "the service closed the connection without an answer; it may or may not have acted on the request";
            (unreachable(detail).reason("no_answer"), Ended::CutByUpstream)
        }
        SendError::Timeout(limit) => {
            let detail = format!("the service did not answer within {limit:?}; it may or may not have acted on the request");
            (Refusal::new(Code::UpstreamTimeout, detail), Ended::Timeout)
        }
        SendError::BodyTooLarge => {
            let detail = "the request body passes this gateway's limit; send less at once";
            (Refusal::new(Code::BodyTooLarge, detail), Ended::AbortedByCaller)
        }
        SendError::CallerGone => {
            (Refusal::new(Code::BadRequest, "the request body ended before it was complete"), Ended::AbortedByCaller)
        }
        SendError::WrongReceipt => {
            tracing::error!("a receipt was used for another call; nothing was sent");
            (Refusal::new(Code::InternalError, "something went wrong inside the gateway; report the call id"), Ended::NotSent)
        }
    }
}
