//! What surrounds every request to the control listener: the host check, the time limit, and the security headers.

use crate::problem::{Kind, Problem};
use crate::state::ConsoleState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

/// Refuses a request for a host that this listener does not answer for.
///
/// A page in a browser can make its own name resolve to 127.0.0.1 (DNS rebinding) and then talk to this listener as if
/// it were its own server. What it cannot do is send another `Host`.
pub(crate) async fn host(State(state): State<ConsoleState>, request: Request, next: Next) -> Response {
    match check_host(request.uri(), request.headers(), &state.config.allowed_hosts) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn check_host(uri: &Uri, headers: &HeaderMap, allowed: &[String]) -> Result<(), Problem> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let named = hosts.next();
    if hosts.next().is_some() {
        return Err(Problem::bad_request("the request names more than one host"));
    }
    let named = named.map(|value| value.to_str().unwrap_or_default());
    // HTTP/2 names the host in the address; HTTP/1.1 may name it in both places.
    let named = [uri.authority().map(http::uri::Authority::as_str), named];
    if named.iter().flatten().next().is_none() {
        return Err(Problem::bad_request("the request names no host"));
    }
    for authority in named.into_iter().flatten() {
        let host = host_of(authority);
        let loopback = matches!(host, "127.0.0.1" | "[::1]") || host.eq_ignore_ascii_case("localhost");
        if !loopback && !allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(host)) {
            return Err(Problem::new(Kind::HostNotAllowed, "the request names a host that this listener is not")
                .help("use a loopback name, or set `public_url` to the name that is used"));
        }
    }
    Ok(())
}

/// The host of `host[:port]`.
fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// Runs the request in a task of its own, for at most the configured time.
///
/// An act that was begun is finished even when its caller goes away or the time is up: it must not stop between its
/// record in the ledger and its write. A handler that panics is answered as a fault of ours.
pub(crate) async fn time_limit(State(state): State<ConsoleState>, request: Request, next: Next) -> Response {
    let running = tokio::spawn(next.run(request));
    match tokio::time::timeout(state.config.time_limit, running).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => Problem::internal(&error).into_response(),
        Err(_) => Problem::new(Kind::TimedOut, "the request took too long; what it began goes on")
            .help("look at the ledger, or read the object again, before you repeat the request")
            .into_response(),
    }
}

/// Headers on every answer. None of this concerns a program; it keeps a browser from doing anything with an answer.
const SECURITY_HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Adds the security headers that the handler did not set itself.
pub(crate) async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in SECURITY_HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(uri: &str, hosts: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, HeaderValue::from_str(host).unwrap());
        }
        check_host(&uri.parse().unwrap(), &headers, &["console.example".to_owned()]).is_ok()
    }

    #[test]
    fn loopback_and_the_public_name_only() {
        for host in [
            "localhost",
            "LocalHost:8781",
            "127.0.0.1:1",
            "[::1]",
            "[::1]:8781",
            "console.example",
            "Console.Example:443",
        ] {
            assert!(check("/", &[host]), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "127.0.0.2",
            "",
            "::1",
            "console.example.",
        ] {
            assert!(!check("/", &[host]), "{host}");
        }
        assert!(!check("/", &[]));
        assert!(!check("/", &["localhost", "evil.example"]));
        assert!(!check("http://evil.example/", &["localhost"]));
        assert!(check("http://localhost:8781/", &[]));
    }
}
