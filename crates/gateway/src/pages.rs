//! The addresses of next pages in the bodies of answers, where a policy template asks for them (`updatenextlink`): a page
//! that is fetched by them is a call of its own, through every step, and never a way around the gateway.
//!
//! Only the answers of such operations are held in memory: no more of one than [`MOST_BYTES`], and no more than [`MOST_HELD`]
//! at once. Others wait, and what is behind them is not read.

use crate::body::ResponseBody;
use crate::location;
use crate::pipeline::Asked;
use crate::refusal::{Code, Refusal};
use crate::respond::Summary;
use backshell_boundary::LinkRefused;
use backshell_templates::NextLink;
use backshell_upstream::UpstreamBodyError;
use http::{HeaderMap, HeaderName, HeaderValue, Response, header};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use tokio::sync::Semaphore;

/// The longest body in which links are looked for.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Answers that are held at once.
const MOST_HELD: usize = 32;

static ROOM: Semaphore = Semaphore::const_new(MOST_HELD);

/// Headers that say what the bytes of a body were before they changed.
static OF_THE_BYTES: [HeaderName; 4] = [
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
];

/// The answer with the addresses of next pages leading through the gateway at `public_url`. Anything but a JSON answer of
/// success passes as it is. What cannot be looked at is refused: its links would lead past the gateway.
pub(crate) async fn through_gateway(
    answer: Response<ResponseBody>,
    asked: &Asked,
    summary: &Summary<'_>,
    public_url: &str,
) -> Result<Response<ResponseBody>, Refusal> {
    let Some(version) = &summary.route.version else { return Ok(answer) };
    let Some(plan) = version.templates.operation(&summary.operation.id) else { return Ok(answer) };
    if !answer.status().is_success() || !is_json(answer.headers()) || answer.body().is_end_stream() {
        return Ok(answer);
    }
    let (mut head, mut body) = answer.into_parts();
    if is_encoded(&head.headers) {
        return Err(unreadable(
            body,
            "answer_encoded",
            "the service compressed its answer although it was asked not to",
        ));
    }
    let too_large = "the service's answer is larger than the gateway looks for the address of the next page in";
    if body.size_hint().lower() > MOST_BYTES as u64 {
        return Err(unreadable(body, "answer_too_large", too_large));
    }
    let room = ROOM.acquire().await.map_err(|error| Refusal::new(Code::InternalError, error.to_string()))?;
    body.hold();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| ended(&error))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > MOST_BYTES {
            return Err(unreadable(body, "answer_too_large", too_large));
        }
        bytes.extend_from_slice(&data);
    }
    let read = summary.with_links(|links| {
        backshell_templates::on_response_body(plan, &bytes, |link| next(link, asked, links, public_url))
    });
    let Ok(rewritten) = read else {
        let detail = "the service's answer is no JSON, although it says so, so that the connector's policy `updatenextlink` \
                      cannot be carried out";
        body.refused(Code::UpstreamUnreachable.as_str());
        return Err(Refusal::new(Code::UpstreamUnreachable, detail).reason("answer_unreadable"));
    };
    if let Some(rewritten) = rewritten {
        bytes = rewritten;
        for name in &OF_THE_BYTES {
            head.headers.remove(name);
        }
    }
    head.headers.remove(header::TRANSFER_ENCODING);
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    Ok(Response::from_parts(head, body.held(bytes, room)))
}

/// The refusal of an answer that ended before its end.
fn ended(error: &UpstreamBodyError) -> Refusal {
    match error {
        UpstreamBodyError::Idle(_) => Refusal::new(Code::UpstreamTimeout, error.to_string()),
        UpstreamBodyError::Cut(_) => Refusal::new(Code::UpstreamUnreachable, error.to_string()).reason("answer_cut"),
    }
}

/// What becomes of one link. One to another service stays, as it is nothing that the gateway could fetch.
fn next(link: &str, asked: &Asked, links: &location::Asked<'_>, public_url: &str) -> NextLink {
    match location::through_gateway(link, links) {
        Err(LinkRefused::Host) => NextLink::Stays,
        // A link that is refused may lead to the same service, spelt as it must not be asked.
        Ok(None) | Err(_) => NextLink::Goes,
        Ok(Some(through)) => {
            let below = through.strip_prefix(links.prefix).unwrap_or(&through);
            let (path, query) = below.split_at_checked(below.find('?').unwrap_or(below.len())).unwrap_or((below, ""));
            // A template may have sent the call to another path than the operation's own. The next page of what was
            // called is the same operation again.
            let path = if links.path == Some(path) { asked.path.as_str() } else { path };
            NextLink::Becomes(format!("{}{}{path}{query}", public_url.trim_end_matches('/'), links.prefix))
        }
    }
}

/// Whether the body is JSON: `application/json` or a type with the suffix `+json` (RFC 6839, section 3.1).
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(kind.as_str(), "application/json" | "text/json") || kind.ends_with("+json")
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).iter().any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// The refusal of an answer that cannot be looked at, which ends unread.
fn unreadable(body: ResponseBody, reason: &'static str, what: &str) -> Refusal {
    body.refused(Code::UpstreamUnreachable.as_str());
    let detail = format!("{what}, so that the connector's policy `updatenextlink` cannot be carried out");
    Refusal::new(Code::UpstreamUnreachable, detail).reason(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_by_its_type() {
        for (kind, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/vnd.api+json;odata.metadata=minimal", true),
            ("text/json", true),
            ("application/xml", false),
            ("application/jsonp", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
            assert_eq!(is_json(&headers), expected, "{kind}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
