//! Refusals, as `application/problem+json` (RFC 9457).

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::json;

/// A refusal with one reason, or several: the first is the detail, all are listed under `errors`.
pub(crate) fn problem(status: StatusCode, reasons: &[String]) -> Response<Full<Bytes>> {
    let mut body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": reasons.first().map_or("", String::as_str),
    });
    if let Some(object) = body.as_object_mut().filter(|_| reasons.len() > 1) {
        object.insert("errors".to_owned(), reasons.iter().map(|reason| json!({ "detail": reason })).collect());
    }
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}
