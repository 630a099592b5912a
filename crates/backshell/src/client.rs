//! The command line as a client of a running Backshell: one request at a time, over HTTP/1.1, with TLS for `https`.
//!
//! This is not the gateway's way out (that is `upstream`, and asks for proofs): it speaks to Backshell itself, on behalf
//! of the person at the terminal.

use anyhow::{Context, bail};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Largest answer that is held in memory, bytes. `call` streams instead.
const MAX_ANSWER: usize = 32 * 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(5);

/// Sends `request`, whose URI is absolute, and returns the answer with its body still streaming.
pub async fn send(mut request: Request<Full<Bytes>>) -> anyhow::Result<Response<Incoming>> {
    let uri = request.uri().clone();
    let host = uri.host().context("the address has no host")?.to_owned();
    let secure = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => bail!("the address `{uri}` begins with neither `http://` nor `https://`"),
    };
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    #[expect(clippy::disallowed_methods, reason = "the person's own client, not a cell's way out")]
    let connecting = TcpStream::connect((host.trim_matches(['[', ']']), port));
    let stream = tokio::time::timeout(CONNECT, connecting).await.ok().and_then(Result::ok).with_context(|| {
        format!("nothing answers on {host}:{port}; is `backshell serve` or `backshell demo` running?")
    })?;
    let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
    request
        .headers_mut()
        .insert(header::HOST, HeaderValue::from_str(&authority).context("the host is no header value")?);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse::<Uri>().context("the path cannot be sent")?;
    if secure {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(host.clone()).context("the host is no name that TLS can check")?;
        let stream = tokio_rustls::TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .with_context(|| format!("no TLS session with {host}"))?;
        exchange(stream, request).await
    } else {
        exchange(stream, request).await
    }
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> anyhow::Result<Response<Incoming>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    sender.send_request(request).await.context("the connection broke before an answer came")
}

/// A JSON API call: sends `body` when there is one and reads the answer as JSON. A status of 400 or more is an error
/// that carries the answer's `detail`.
pub async fn json(
    method: http::Method,
    address: &str,
    token: &str,
    body: Option<(&'static str, Vec<u8>)>,
) -> anyhow::Result<serde_json::Value> {
    let mut builder = Request::builder().method(method).uri(address).header(header::ACCEPT, "application/json");
    let mut bearer = HeaderValue::from_str(&format!("Bearer {token}")).context("the token is no header value")?;
    bearer.set_sensitive(true);
    builder = builder.header(header::AUTHORIZATION, bearer);
    let bytes = match body {
        Some((kind, bytes)) => {
            builder = builder.header(header::CONTENT_TYPE, kind);
            Bytes::from(bytes)
        }
        None => Bytes::new(),
    };
    let response = send(builder.body(Full::new(bytes))?).await?;
    let status = response.status();
    let bytes = Limited::new(response.into_body(), MAX_ANSWER)
        .collect()
        .await
        .map_err(|error| anyhow::anyhow!("the answer could not be read: {error}"))?
        .to_bytes();
    let value: serde_json::Value = if bytes.is_empty() {
        serde_json::Value::Null
    } else {
        serde_json::from_slice(&bytes).with_context(|| format!("{address} answered {status} without JSON"))?
    };
    if status.is_client_error() || status.is_server_error() {
        let text = |name: &str| value.get(name).and_then(serde_json::Value::as_str);
        let code = text("code").unwrap_or_default();
        bail!("{status} {code}: {}", text("detail").or(text("title")).unwrap_or("no detail was given"));
    }
    Ok(value)
}
