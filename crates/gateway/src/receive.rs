//! Step one: what is asked for. Reads the address and the headers of a request, never its body.

use crate::refusal::{Code, Refusal};
use backshell_model::{ConnectionId, ConnectorSlug, is_ambiguous_path};
use http::{HeaderMap, HeaderName, Method, Uri, header};
use http_body::Body;

/// Longest path and query together, bytes.
const MAX_TARGET: usize = 16 * 1024;

/// Headers by which frameworks and proxies in front of a service let a caller override what the request line and the
/// connection say.
const RISKY: [&str; 11] = [
    "cf-connecting-ip",
    "true-client-ip",
    "x-client-ip",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
];

/// What a request's address names: `/apim/{connector}/{connection}/{path}?{query}`.
#[derive(Debug)]
pub(crate) struct Address<'r> {
    pub(crate) connector: ConnectorSlug,
    pub(crate) connection: ConnectionId,
    /// Begins with `/`.
    pub(crate) path: &'r str,
    pub(crate) query: &'r str,
}

/// Reads the address. The path is refused rather than normalised where it could mean two things.
pub(crate) fn address(uri: &Uri) -> Result<Address<'_>, Refusal> {
    let path = uri.path();
    let query = uri.query().unwrap_or_default();
    if path.len() + query.len() > MAX_TARGET {
        return Err(Refusal::new(
            Code::BadRequest,
            format!("the address is longer than {MAX_TARGET} bytes; send large values in the body"),
        ));
    }
    let form = || {
        Refusal::new(Code::BadRequest, "the gateway serves `/apim/{connector}/{connection}/{path}`; check the address")
    };
    let rest = path.strip_prefix("/apim/").ok_or_else(form)?;
    let (connector, rest) = rest.split_once('/').ok_or_else(form)?;
    let (connection, _) = rest.split_once('/').unwrap_or((rest, ""));
    let below = rest.strip_prefix(connection).unwrap_or_default();
    let connector =
        connector.parse::<ConnectorSlug>().map_err(|error| Refusal::new(Code::BadRequest, error.to_string()))?;
    let connection =
        connection.parse::<ConnectionId>().map_err(|error| Refusal::new(Code::UnknownConnection, error.to_string()))?;
    if is_ambiguous_path(below) {
        return Err(Refusal::new(
            Code::BadRequest,
            "the path holds a `.` or `..` segment, a backslash or NUL, in plain or encoded form; send the path that you mean",
        ));
    }
    Ok(Address { connector, connection, path: if below.is_empty() { "/" } else { below }, query })
}

/// The bearer token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_matches(' ')).filter(|token| !token.is_empty())
}

/// Refuses methods that no definition can declare.
pub(crate) fn method(method: &Method) -> Result<(), Refusal> {
    if matches!(*method, Method::CONNECT | Method::TRACE) {
        return Err(Refusal::new(Code::BadRequest, "this method is never part of a connector"));
    }
    Ok(())
}

/// Refuses a body whose announced length passes `limit` bytes. One that does not say how long it is, is cut off when it
/// passes the limit.
pub(crate) fn length(body: &impl Body, limit: u64) -> Result<(), Refusal> {
    let announced = body.size_hint().lower();
    if announced > limit {
        let detail =
            format!("the request body has {announced} bytes and this gateway takes {limit}; send less at once");
        return Err(Refusal::new(Code::BodyTooLarge, detail));
    }
    Ok(())
}

/// Whether some services let a header of this name override what was decided on: the method, the path, the host or the
/// caller's address. A name with `_` reads like one with `-` to services behind CGI and its descendants.
pub(crate) fn is_risky(name: &HeaderName) -> bool {
    RISKY.contains(&name.as_str()) || name.as_str().contains('_')
}

/// The caller's headers as far as they are for the service. Gone are hop-by-hop headers (RFC 9110, section 7.6.1),
/// the caller's own credential and cookies, what changes routing, Backshell's own names, and [risky](is_risky) ones
/// that the operation does not declare.
pub(crate) fn for_service(mut headers: HeaderMap, declared: &[HeaderName]) -> HeaderMap {
    let withheld = |name: &HeaderName| {
        let text = name.as_str();
        let callers_own =
            matches!(text, "authorization" | "cookie" | "host" | "forwarded" | "via" | "expect" | "content-length");
        callers_own
            || text.starts_with("x-backshell-")
            || text.starts_with("x-forwarded-")
            || text.starts_with("proxy-")
            || (is_risky(name) && !declared.contains(name))
    };
    remove(&mut headers, withheld);
    headers
}

/// Removes what is meant for the neighbouring hop only, in either direction, including the names that `Connection`
/// lists, and what is `withheld` besides.
pub(crate) fn remove(headers: &mut HeaderMap, withheld: impl Fn(&HeaderName) -> bool) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        // The usual value, and removed anyway.
        .filter(|name| !name.eq_ignore_ascii_case("keep-alive"))
        .filter_map(|name| name.parse().ok())
        .collect();
    // Few headers are removed, and each costs a look-up: so those that are there are asked, not those that might be.
    let names: Vec<HeaderName> =
        headers.keys().filter(|name| is_hop_by_hop(name) || withheld(name)).cloned().chain(named).collect();
    for name in names {
        headers.remove(name);
    }
}

/// Whether a header is for the neighbouring hop whatever `Connection` says.
fn is_hop_by_hop(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "keep-alive"
            | "proxy-connection"
            | "http2-settings"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::HeaderValue;
    use http_body_util::Full;

    const CONNECTION: &str = "con_01hq3w5x4e0000000000000000";

    fn read(target: &str) -> Result<(String, String), Code> {
        let uri: Uri = target.parse().unwrap();
        address(&uri).map(|address| (address.path.to_owned(), address.query.to_owned())).map_err(|refusal| refusal.code)
    }

    #[test]
    fn addresses() {
        let ok = |path: &str, query: &str| Ok((path.to_owned(), query.to_owned()));
        assert_eq!(read(&format!("/apim/shop/{CONNECTION}/v1/items?a=1")), ok("/v1/items", "a=1"));
        assert_eq!(read(&format!("/apim/shop/{CONNECTION}")), ok("/", ""));
        assert_eq!(read(&format!("/apim/shop/{CONNECTION}//x")), ok("//x", ""));
        assert_eq!(read("/apim/shop/con_1/items"), Err(Code::UnknownConnection));
        assert_eq!(read("/apim/SHOP/con_1/items"), Err(Code::BadRequest));
        assert_eq!(read("/other"), Err(Code::BadRequest));
        assert_eq!(read(&format!("/apim/shop/{CONNECTION}/a/%2e%2e/b")), Err(Code::BadRequest));
        assert_eq!(read(&format!("/apim/shop/{CONNECTION}/{}", "a".repeat(20_000))), Err(Code::BadRequest));
    }

    #[test]
    fn bearer_tokens() {
        let with = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(with(&["Bearer bsk_x"]), Some("bsk_x".to_owned()));
        assert_eq!(with(&["bearer bsk_x"]), Some("bsk_x".to_owned()));
        assert_eq!(with(&["Basic abc"]), None);
        assert_eq!(with(&["Bearer "]), None);
        assert_eq!(with(&["Bearer a", "Bearer b"]), None);
        assert_eq!(with(&[]), None);
    }

    #[test]
    fn only_end_to_end_headers_reach_the_service() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer bsk_x"),
            ("cookie", "a=b"),
            ("connection", "keep-alive, X-Hop"),
            ("x-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("x-forwarded-for", "10.0.0.1"),
            ("x-backshell-call-id", "forged"),
            ("proxy-authorization", "Basic x"),
            ("te", "trailers"),
            ("accept", "application/json"),
            ("x-ms-client-request-id", "7"),
            ("upgrade", "h2c"),
            ("http2-settings", "AAMAAABkAAQAAP__"),
            ("x-http-method-override", "DELETE"),
            ("x-original-url", "/admin"),
            ("x-real-ip", "10.0.0.1"),
            ("x_forwarded_for", "10.0.0.1"),
            ("api_version", "2"),
        ] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let mut left: Vec<String> =
            for_service(headers, &[HeaderName::from_static("api_version")]).keys().map(ToString::to_string).collect();
        left.sort();
        assert_eq!(left, ["accept", "api_version", "x-ms-client-request-id"]);
    }

    #[test]
    fn bodies_that_announce_too_much_are_refused() {
        let body = |length: usize| Full::new(Bytes::from(vec![0; length]));
        assert!(length(&body(4), 4).is_ok());
        assert_eq!(length(&body(5), 4).unwrap_err().code, Code::BodyTooLarge);
    }

    #[test]
    fn methods_that_are_never_declared_are_refused() {
        assert_eq!(method(&Method::TRACE).unwrap_err().code, Code::BadRequest);
        assert!(method(&Method::OPTIONS).is_ok());
    }
}
