//! The gateway's listener, as callers of every kind meet it: TLS and both versions of HTTP, callers that are slow, greedy
//! or ambiguous, many at once, and the end.

#![allow(
    clippy::allow_attributes,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict, and its client connects by itself"
)]

mod support;

use bytes::Bytes;
use futures_util::future::join_all;
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use rustls_pki_types::ServerName;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::{Cell, refusal};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How long a caller may take for the head of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);

#[expect(clippy::disallowed_methods, reason = "the test is the caller")]
async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    TcpStream::connect(address).await
}

/// A client of either version of HTTP on one connection.
enum Client {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

impl Client {
    async fn over<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, version: Version) -> Self {
        if version == Version::HTTP_2 {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            Self::Http2(sender)
        } else {
            let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            Self::Http1(sender)
        }
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Response<Incoming>> {
        match self {
            Self::Http1(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
            Self::Http2(sender) => sender.clone().send_request(request).await,
        }
    }
}

/// A request for the cell's connection; HTTP/2 wants the whole address, HTTP/1.1 takes the path of it.
fn request(cell: &Cell, version: Version, method: &str, path: &str, body: &'static str) -> Request<Full<Bytes>> {
    let path = format!("/apim/trial-service/{}{path}", cell.connection);
    let request = Request::builder().method(method).header("authorization", format!("Bearer {}", cell.token));
    let request = match version {
        Version::HTTP_2 => request.uri(format!("https://localhost{path}")),
        _ => request.uri(path).header("host", "localhost"),
    };
    request.body(Full::new(Bytes::from_static(body.as_bytes()))).unwrap()
}

async fn text(response: Response<Incoming>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

// ---- TLS -------------------------------------------------------------------------------------------------------------

/// A cell whose gateway speaks TLS with a certificate of its own.
struct Secure {
    cell: Cell,
    roots: RootCertStore,
    _files: TempDir,
}

impl Secure {
    async fn start() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let files = tempfile::tempdir().unwrap();
        let (certificate, key) = (files.path().join("gateway.pem"), files.path().join("gateway.key"));
        fs::write(&certificate, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let adjust = |config: &mut backshell::config::Config| {
            config.gateway.tls_certificate = Some(certificate);
            config.gateway.tls_key = Some(key);
        };
        Self { cell: Cell::with(adjust, &[b"http/1.1"]).await, roots, _files: files }
    }

    async fn handshake(
        &self,
        protocols: &[&[u8]],
        versions: &[&'static SupportedProtocolVersion],
    ) -> io::Result<TlsStream<TcpStream>> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
        let mut config = builder.with_root_certificates(self.roots.clone()).with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let stream = connect(self.cell.node.gateway_address()).await?;
        TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_offers_both_versions_of_http() {
    let secure = Secure::start().await;
    assert!(secure.cell.node.gateway_url().starts_with("https://127.0.0.1:"));
    let (h1, h2): (&[u8], &[u8]) = (b"http/1.1", b"h2");
    for (offered, chosen, version) in [
        ([h2].as_slice(), Some(h2), Version::HTTP_2),
        (&[h1], Some(h1), Version::HTTP_11),
        (&[h2, h1], Some(h2), Version::HTTP_2),
        (&[], None, Version::HTTP_11),
        (&[], None, Version::HTTP_2),
    ] {
        for tls in [&rustls::version::TLS13, &rustls::version::TLS12] {
            let stream = secure.handshake(offered, &[tls]).await.unwrap();
            assert_eq!(stream.get_ref().1.alpn_protocol(), chosen);
            let mut client = Client::over(stream, version).await;
            for body in ["one", "two"] {
                let response = client.send(request(&secure.cell, version, "POST", "/echo", body)).await.unwrap();
                assert_eq!((response.status().as_u16(), response.version()), (200, version));
                assert_eq!(text(response).await, body);
            }
        }
    }
    let refused = secure.handshake(&[b"spdy/3"], &[&rustls::version::TLS13]).await;
    assert!(refused.is_err(), "a protocol that nobody speaks is refused in the handshake");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tls_listener_does_not_answer_in_the_clear() {
    let secure = Secure::start().await;
    let mut stream = connect(secure.cell.node.gateway_address()).await.unwrap();
    stream.write_all(head(&secure.cell, "GET", "/items", "").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP/"), "{answer:?}");
    assert!(secure.cell.backend.seen().is_empty());
}

// ---- versions and connections ----------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn http2_with_prior_knowledge_carries_many_calls_at_once() {
    let cell = Cell::start().await;
    let stream = connect(cell.node.gateway_address()).await.unwrap();
    let Client::Http2(sender) = Client::over(stream, Version::HTTP_2).await else { panic!("it was asked for") };
    let calls = (0..100).map(|_| {
        let mut sender = sender.clone();
        let request = request(&cell, Version::HTTP_2, "POST", "/echo", "many");
        async move { text(sender.send_request(request).await.unwrap()).await }
    });
    assert!(join_all(calls).await.iter().all(|body| body == "many"));
    assert_eq!(cell.backend.seen().len(), 100);
    let mut sender = sender.clone();
    let mut strange = request(&cell, Version::HTTP_2, "GET", "/items", "");
    strange.headers_mut().remove("authorization");
    let (status, code, _) = refusal(sender.send_request(strange).await.unwrap()).await;
    assert_eq!((status, code.as_str()), (401, "unauthenticated"));
}

/// The head of a request in HTTP/1.1 without its empty line.
fn open_head(cell: &Cell, method: &str, path: &str, more: &str) -> String {
    format!(
        "{method} /apim/trial-service/{}{path} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer {}\r\n{more}",
        cell.connection, cell.token
    )
}

fn head(cell: &Cell, method: &str, path: &str, more: &str) -> String {
    open_head(cell, method, path, more) + "\r\n"
}

/// Reads one answer whose length is declared; empty when the connection ends instead.
async fn answer(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let mut piece = [0; 4_096];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length = length.map_or(0, |length| length.parse::<usize>().unwrap());
            if body.len() >= length || head.starts_with("HTTP/1.1 100") {
                return text;
            }
        }
        match stream.read(&mut piece).await {
            Ok(count) if count > 0 => read.extend_from_slice(&piece[..count]),
            _ => return text,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_kept_for_the_next_call() {
    let cell = Cell::start().await;
    let mut stream = connect(cell.node.gateway_address()).await.unwrap();
    for (path, status) in [("/items", 200), ("/nothing", 404), ("/items/7", 200)] {
        stream.write_all(head(&cell, "GET", path, "").as_bytes()).await.unwrap();
        let answer = answer(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
    stream.write_all(head(&cell, "GET", "/items", "connection: close\r\n").as_bytes()).await.unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(rest.starts_with("HTTP/1.1 200 "), "{rest}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_asked_for_only_when_the_call_is_allowed() {
    let cell = Cell::start().await;
    let expecting = "content-length: 3\r\nexpect: 100-continue\r\n";
    let mut stream = connect(cell.node.gateway_address()).await.unwrap();
    let head = head(&cell, "POST", "/echo", expecting);
    stream.write_all(head.replace("bsk_", "bsk_x").as_bytes()).await.unwrap();
    let refused = answer(&mut stream).await;
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");

    let mut stream = connect(cell.node.gateway_address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let asked = answer(&mut stream).await;
    assert!(asked.starts_with("HTTP/1.1 100 Continue"), "{asked}");
    stream.write_all(b"abc").await.unwrap();
    let answered = answer(&mut stream).await;
    assert!(answered.starts_with("HTTP/1.1 200 ") && answered.ends_with("abc"), "{answered}");
    assert!(!cell.backend.seen()[0].headers.contains_key("expect"));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_at_once_are_all_served() {
    let cell = Cell::start().await;
    let address = cell.node.gateway_address();
    let streams = join_all((0..300).map(|_| connect(address))).await;
    let calls = streams.into_iter().map(|stream| async {
        let mut client = Client::over(stream.unwrap(), Version::HTTP_11).await;
        let response = client.send(request(&cell, Version::HTTP_11, "POST", "/echo", "many")).await.unwrap();
        assert_eq!(response.status(), 200);
        text(response).await
    });
    assert!(join_all(calls).await.iter().all(|body| body == "many"));
    assert_eq!(cell.backend.seen().len(), 300);
    assert_eq!(cell.ledger_until("completion", 300).await.len(), 300);
}

// ---- greedy, ambiguous and slow callers ------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_are_too_large_are_refused() {
    let cell = Cell::start().await;
    let many: String = (0..2_000).map(|number| format!("x-{number}: 1\r\n")).collect();
    let wide = format!("x-wide: {}\r\n", "w".repeat(200_000));
    let (long, longest) = (format!("/items?{}", "q".repeat(20_000)), format!("/items?{}", "q".repeat(200_000)));
    for (path, more, expected) in [
        ("/items", many.as_str(), ["431"].as_slice()),
        ("/items", wide.as_str(), &["431"]),
        (long.as_str(), "", &["400"]),
        (longest.as_str(), "", &["414", "431"]),
    ] {
        let mut stream = connect(cell.node.gateway_address()).await.unwrap();
        // It may close while we still write: that is an answer, too.
        stream.write_all(head(&cell, "GET", path, more).as_bytes()).await.ok();
        let answer = answer(&mut stream).await;
        let status = answer.split(' ').nth(1).unwrap_or("closed");
        assert!(expected.contains(&status) || status == "closed", "{status} for {} bytes", path.len() + more.len());
    }
    for name in ["x-wide", "cookie"] {
        let stream = connect(cell.node.gateway_address()).await.unwrap();
        let mut client = Client::over(stream, Version::HTTP_2).await;
        let mut wide = request(&cell, Version::HTTP_2, "GET", "/items", "");
        wide.headers_mut().insert(name, "w".repeat(200_000).parse().unwrap());
        if let Ok(response) = client.send(wide).await {
            assert_eq!(response.status(), 431);
        }
    }
    assert!(cell.backend.seen().is_empty());
    assert_eq!(cell.call(http::Method::GET, "/items", "").await.status(), 200, "others are served as before");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_hides_in_another_ones_body() {
    let cell = Cell::start().await;
    let hidden = head(&cell, "GET", "/items/hidden", "");
    let length = format!("content-length: {}\r\n", hidden.len() + 5);
    let chunked = "transfer-encoding: chunked\r\n";
    // By its chunks the body ends at once; by its length it holds another request.
    for framing in [format!("{length}{chunked}"), format!("{chunked}{length}")] {
        let mut stream = connect(cell.node.gateway_address()).await.unwrap();
        let whole = format!("{}0\r\n\r\n{hidden}", head(&cell, "POST", "/echo", &framing));
        stream.write_all(whole.as_bytes()).await.unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).await.ok();
        assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "one answer, then the end: {answers}");
        assert!(answers.contains("connection: close"), "{answers}");
    }
    for more in [
        "transfer-encoding: identity\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: xchunked\r\n",
        "content-length: 3\r\ncontent-length: 4\r\n",
        "content-length: 3, 4\r\n",
        "content-length: +3\r\n",
        "content-length: -3\r\n",
        "content-length : 3\r\n",
        "content-length: 99999999999999999999999\r\n",
        "x-one: 1\r\n folded: 2\r\n",
        "x\0y: 1\r\n",
    ] {
        let mut stream = connect(cell.node.gateway_address()).await.unwrap();
        let whole = format!("{}abc{hidden}", head(&cell, "POST", "/echo", more));
        stream.write_all(whole.as_bytes()).await.unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).await.ok();
        let refused = answers.is_empty() || answers.starts_with("HTTP/1.1 400 ");
        assert!(refused && answers.matches("HTTP/1.1 ").count() <= 1, "{more:?}: {answers}");
    }
    assert!(cell.backend.seen().iter().all(|seen| !seen.target.contains("hidden")), "a hidden request was carried out");
}

/// How long the gateway waits before it ends the connection on which `first` is sent at once and then `drip` every second.
async fn patience(address: SocketAddr, first: &[u8], drip: &[u8]) -> Duration {
    let stream = connect(address).await.unwrap();
    let began = Instant::now();
    let (mut reader, mut writer) = stream.into_split();
    writer.write_all(first).await.unwrap();
    let drip = drip.to_vec();
    let dripping = tokio::spawn(async move {
        while !drip.is_empty() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if writer.write_all(&drip).await.is_err() {
                break;
            }
        }
        writer
    });
    let mut received = Vec::new();
    let ended = tokio::time::timeout(HEADER_TIMEOUT * 2, reader.read_to_end(&mut received)).await;
    dripping.abort();
    assert!(ended.is_ok(), "{:?} may wait for ever", String::from_utf8_lossy(first));
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_take_their_time_are_cut_off() {
    let secure = Secure::start().await;
    let cell = Cell::start().await;
    let address = cell.node.gateway_address();
    let unfinished = open_head(&cell, "POST", "/echo", "x-slow: ");
    let answered = head(&cell, "GET", "/items", "");
    let (silent, letter, preface, slow, idle, tls) = tokio::join!(
        patience(address, b"", b""),
        patience(address, b"P", b""),
        patience(address, b"PRI * HTTP/2.0\r\n\r\nSM\r\n", b""),
        patience(address, unfinished.as_bytes(), b"s"),
        patience(address, answered.as_bytes(), b""),
        patience(secure.cell.node.gateway_address(), b"\x16\x03\x01", b""),
    );
    let about = |limit: Duration| limit.mul_f64(0.95)..limit.mul_f64(1.5);
    for (who, waited) in [("silent", silent), ("letter", letter), ("preface", preface), ("slow", slow), ("idle", idle)]
    {
        assert!(about(HEADER_TIMEOUT).contains(&waited), "{who}: {waited:?}");
    }
    assert!(about(Duration::from_secs(10)).contains(&tls), "a handshake: {tls:?}");
    assert_eq!(cell.call(http::Method::GET, "/items", "").await.status(), 200);
}

// ---- the end ---------------------------------------------------------------------------------------------------------

const LARGE: usize = 64 * 1024 * 1024;

/// Reads a body to its end, or to where it breaks off; how many bytes there were, and whether it was whole.
async fn drain(mut body: Incoming) -> (usize, bool) {
    let mut count = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return (count, false) };
        count += frame.data_ref().map_or(0, Bytes::len);
    }
    (count, true)
}

async fn refuses_connections(address: SocketAddr) -> bool {
    for _ in 0..100 {
        if connect(address).await.is_err() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_call_ends_whole_while_new_callers_are_refused() {
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let cell = Cell::start().await;
        let address = cell.node.gateway_address();
        let mut client = Client::over(connect(address).await.unwrap(), version).await;
        let call = request(&cell, version, "GET", &format!("/download?bytes={LARGE}"), "");
        let mut response = client.send(call).await.unwrap();
        let first = response.body_mut().frame().await.unwrap().unwrap().into_data().unwrap();
        let (mut idle, mut silent) = (connect(address).await.unwrap(), connect(address).await.unwrap());
        idle.write_all(head(&cell, "GET", "/items", "").as_bytes()).await.unwrap();
        assert!(answer(&mut idle).await.starts_with("HTTP/1.1 200 "));

        let began = Instant::now();
        let stopping = tokio::spawn(cell.restart(|_| {}));
        assert!(refuses_connections(address).await, "new callers still get in");
        for stream in [&mut idle, &mut silent] {
            assert_eq!(stream.read(&mut [0; 16]).await.unwrap_or(0), 0, "a connection without a call is closed");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!stopping.is_finished(), "the node did not wait for the call");
        let (rest, whole) = drain(response.into_body()).await;
        assert!(whole, "{version:?}: cut off after {} bytes", first.len() + rest);
        assert_eq!(first.len() + rest, LARGE);
        drop(client);
        let cell = stopping.await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        let completion = cell.ledger_until("completion", 2).await;
        let download = completion.iter().find(|record| record["bytes_out"] == LARGE).expect("it is on record");
        assert_eq!(download["ended"], "complete");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_outlives_the_drain_time_is_cut_off_and_on_record() {
    let cell = Cell::with(|config| config.gateway.drain_seconds = 1, &[b"http/1.1"]).await;
    let mut client = Client::over(connect(cell.node.gateway_address()).await.unwrap(), Version::HTTP_11).await;
    let call = request(&cell, Version::HTTP_11, "GET", &format!("/download?bytes={LARGE}"), "");
    let mut response = client.send(call).await.unwrap();
    response.body_mut().frame().await.unwrap().unwrap();
    let began = Instant::now();
    let cell = cell.restart(|_| {}).await;
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    let (_, whole) = drain(response.into_body()).await;
    assert!(!whole, "half an answer must not look whole");
    let completion = cell.ledger_until("completion", 1).await.remove(0);
    assert_eq!(completion["ended"], "timeout", "the caller is not to blame: {completion}");
}
