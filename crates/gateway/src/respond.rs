//! Last step: the service's answer as the caller gets it, and what goes wrong on the way as a refusal.

use crate::body::ResponseBody;
use crate::compiled::CompiledOperation;
use crate::location::{self, Outcome};
use crate::metrics::Metrics;
use crate::pipeline::{Asked, Target};
use crate::receive;
use crate::refusal::{CALL_ID_HEADER, Code, Refusal};
use crate::snapshot::Route;
use backshell_auth::{AuthError, AuthPlan, query_name};
use backshell_boundary::{Decision, EvidenceId, Placed, RefusalCode};
use backshell_ledger::{BoundaryOutcome, Ended};
use backshell_model::{CallId, HostName, SealedText, ServiceRoot};
use backshell_permission::{Denied, Reason};
use backshell_upstream::SendError;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use std::net::SocketAddr;
use std::sync::Arc;

/// Says on an answer that its call went on although the place of the endpoint is outside the boundary, estimated or not
/// known.
static NOTICE_HEADER: HeaderName = HeaderName::from_static("x-backshell-notice");

/// How many bytes the value of that header usually has at most.
const USUAL_NOTICE: usize = 128;

/// What stays known about a call after its proofs are used up.
pub(crate) struct Summary<'r> {
    pub(crate) route: &'r Route,
    pub(crate) operation: Arc<CompiledOperation>,
    pub(crate) policies: Reason,
    pub(crate) host: HostName,
    pub(crate) addresses: Vec<SocketAddr>,
    root: ServiceRoot,
    path: Option<String>,
    /// Names of the query pairs that carry secrets in this request.
    sealed_query: Vec<String>,
    decision: Arc<Decision>,
}

impl<'r> Summary<'r> {
    pub(crate) fn of(placed: &Placed, route: &'r Route, target: &Target<'_>) -> Self {
        let request = placed.request();
        Self {
            route,
            operation: Arc::clone(&target.operation),
            policies: placed.permitted().reason().clone(),
            host: request.root.host.clone(),
            addresses: placed.addresses().to_vec(),
            root: request.root.clone(),
            // A path with a secret in it is not kept; links in its answer are then taken out.
            path: request.path.as_literal().map(str::to_owned),
            sealed_query: request
                .query
                .iter()
                .filter(|pair| pair.value.as_ref().is_some_and(SealedText::is_sealed))
                .map(|pair| query_name(&pair.name))
                .collect(),
            decision: Arc::clone(placed.decision()),
        }
    }

    pub(crate) fn boundary(&self) -> BoundaryOutcome<'_> {
        boundary_outcome(&self.decision)
    }

    /// Does something with what links in the answer depend on.
    pub(crate) fn with_links<T>(&self, with: impl FnOnce(&location::Asked<'_>) -> T) -> T {
        let connection = &self.route.connection;
        let prefix = format!("/apim/{}/{}", connection.connector, connection.id);
        let owned = self.route.auth().map(AuthPlan::owned_query).unwrap_or_default();
        let withheld: Vec<&str> = owned.iter().chain(&self.sealed_query).map(String::as_str).collect();
        let path = self.path.as_deref();
        with(&location::Asked { root: &self.root, path, prefix: &prefix, withheld: &withheld })
    }
}

/// What the ledger keeps of a decision about a destination.
pub(crate) fn boundary_outcome(decision: &Decision) -> BoundaryOutcome<'_> {
    BoundaryOutcome {
        row: decision.row.as_str(),
        reason: decision.reason(),
        grade: decision.places.grade.as_str(),
        notice: decision.notice(),
        conflict: decision.places.conflict,
        places: decision.places.places().map(|place| place.as_str()).collect(),
        evidence: decision.evidence().iter().map(EvidenceId::as_str).collect(),
        grants: decision.grants.clone(),
    }
}

/// The value of the notice header: the reason code, then row, grade, and, where there are any, places and grants,
/// separated by commas. Nothing of the request or the answer is in it.
fn notice(decision: &Decision) -> String {
    let mut text = String::with_capacity(USUAL_NOTICE);
    for part in [decision.reason(), "; row=", decision.row.as_str(), "; grade=", decision.places.grade.as_str()] {
        text.push_str(part);
    }
    for (index, place) in decision.places.places().enumerate() {
        text.push_str(if index == 0 { "; places=" } else { "," });
        text.push_str(place.as_str());
    }
    for (index, grant) in decision.grants.iter().enumerate() {
        text.push_str(if index == 0 { "; grants=" } else { "," });
        grant.append_to(&mut text);
    }
    text
}

/// Turns the service's answer into the gateway's: response templates, then links, then the gateway's own headers. A
/// redirect to another host is refused: whoever follows it would leave the gateway.
pub(crate) fn respond(
    mut answer: Response<ResponseBody>,
    asked: &Asked,
    summary: &Summary<'_>,
    call: CallId,
    metrics: &Metrics,
) -> Result<Response<ResponseBody>, Refusal> {
    let status = answer.status();
    let headers = answer.headers_mut();
    receive::remove(headers, is_ours);
    if let Some(version) = &summary.route.version
        && let Some(plan) = version.templates.operation(&summary.operation.id)
    {
        backshell_templates::on_response(plan, &asked.context(summary.route, version), headers);
    }
    if location::has_links(headers) {
        match rewrite_links(headers, summary) {
            Outcome::Absent | Outcome::Rewritten => {}
            Outcome::Removed => {
                metrics.location_removed();
                tracing::info!(%call, "a link that leads to no operation was taken out of an answer");
            }
            Outcome::Refused(refused) => {
                metrics.location_removed();
                tracing::info!(%call, reason = refused.code(), "a link that leads elsewhere was taken out of an answer");
                if is_redirect(status) {
                    answer.into_body().refused(Code::EndpointBlocked.as_str());
                    let detail = format!(
                        "the service answered {} and sends the caller elsewhere, where this call may not go: {refused}",
                        status.as_u16()
                    );
                    return Err(Refusal::new(Code::EndpointBlocked, detail).reason(refused.code()));
                }
            }
        }
    }
    if let Ok(id) = HeaderValue::try_from(call.to_text()) {
        headers.insert(&CALL_ID_HEADER, id);
    }
    if summary.decision.notice()
        && let Ok(notice) = HeaderValue::try_from(notice(&summary.decision))
    {
        headers.insert(&NOTICE_HEADER, notice);
    }
    Ok(answer)
}

/// Whether the status sends the caller to `Location` (RFC 9110, section 15.4). An answer such as 201 only names it.
fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 300..=303 | 307 | 308)
}

fn rewrite_links(headers: &mut HeaderMap, summary: &Summary<'_>) -> Outcome {
    summary.with_links(|links| location::rewrite(headers, links))
}

/// A service can neither speak in Backshell's name nor set cookies: all connections share the gateway's origin, so a
/// cookie of one service would reach every other.
fn is_ours(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("x-backshell-")
        || matches!(name, "content-location" | "set-cookie" | "set-cookie2" | "strict-transport-security" | "alt-svc")
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
            let detail =
                "the service closed the connection without an answer; it may or may not have acted on the request";
            (unreachable(detail).reason("no_answer"), Ended::CutByUpstream)
        }
        SendError::Switched => {
            let detail = "the service switched to another protocol, which the gateway did not ask for";
            (unreachable(detail).reason("protocol_switched"), Ended::CutByUpstream)
        }
        SendError::Timeout(limit) => {
            let detail =
                format!("the service did not answer within {limit:?}; it may or may not have acted on the request");
            (Refusal::new(Code::UpstreamTimeout, detail), Ended::Timeout)
        }
        SendError::BodyTooLarge => {
            let detail = "the request body passes this gateway's limit; send less at once";
            (Refusal::new(Code::BodyTooLarge, detail), Ended::AbortedByCaller)
        }
        SendError::CallerGone => {
            (Refusal::new(Code::BadRequest, "the request body ended before it was complete"), Ended::AbortedByCaller)
        }
        SendError::OtherHost => {
            tracing::error!("a library reads another host than the one that was judged; nothing was sent");
            (
                Refusal::new(Code::EndpointBlocked, "the host is not read by everybody in the same way")
                    .reason("host_differs"),
                Ended::NotSent,
            )
        }
        SendError::WrongReceipt => {
            tracing::error!("a receipt was used for another call; nothing was sent");
            (
                Refusal::new(Code::InternalError, "something went wrong inside the gateway; report the call id"),
                Ended::NotSent,
            )
        }
    }
}
