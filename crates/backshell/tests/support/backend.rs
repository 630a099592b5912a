//! A real back end over TLS that can be slow, break off, send gigabytes, and says what it was sent.

use backshell::trial::TrialCertificate;
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A request as the back end saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    pub target: String,
    pub headers: HeaderMap,
    pub version: Version,
    pub body: Bytes,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Vec<Seen>>,
    uploaded: AtomicU64,
    connections: AtomicU64,
    /// From which address each connection came.
    peers: Mutex<Vec<IpAddr>>,
    /// What `/answer` answers: headers and body.
    answer: Mutex<(HeaderMap, Bytes)>,
}

/// A back end that runs until it is dropped.
pub struct Backend {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Backend {
    /// Serves on a free port with `certificate`, offering `protocols` by ALPN.
    pub async fn start(certificate: &TrialCertificate, protocols: &[&[u8]]) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST, certificate, protocols).await
    }

    /// As [`Backend::start`], on another address of this machine.
    pub async fn start_at(address: Ipv4Addr, certificate: &TrialCertificate, protocols: &[&[u8]]) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let acceptor = TlsAcceptor::from(certificate.server(protocols).unwrap());
        let shared = Arc::new(Shared::default());
        let task = tokio::spawn(accept(listener, acceptor, Arc::clone(&shared)));
        Self { address, shared, task }
    }

    /// Everything it was sent so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Sets what `/answer` answers from now on.
    pub fn answer_with(&self, headers: HeaderMap, body: impl Into<Bytes>) {
        *self.shared.answer.lock().unwrap() = (headers, body.into());
    }

    /// How many connections were opened to it.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// From which address each connection came, in the order in which they were accepted.
    pub fn peers(&self) -> Vec<IpAddr> {
        self.shared.peers.lock().unwrap().clone()
    }

    /// Bytes that came in on `/upload`.
    pub fn uploaded(&self) -> u64 {
        self.shared.uploaded.load(Ordering::SeqCst)
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    loop {
        let (stream, peer) = listener.accept().await.unwrap();
        shared.peers.lock().unwrap().push(peer.ip());
        stream.set_nodelay(true).unwrap();
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let (acceptor, shared) = (acceptor.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
            drop(auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

type Body = BoxBody<Bytes, io::Error>;

fn text(text: impl Into<Bytes>) -> Body {
    Full::new(text.into()).map_err(|never: Infallible| match never {}).boxed()
}

async fn answer(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Body>, io::Error> {
    let (head, mut body) = request.into_parts();
    let path = head.uri.path().trim_start_matches("/v1").to_owned();
    let mut received = Vec::new();
    if path == "/upload" {
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(io::Error::other)?;
            shared.uploaded.fetch_add(frame.data_ref().map_or(0, Bytes::len) as u64, Ordering::SeqCst);
        }
    } else {
        received = body.collect().await.map_err(io::Error::other)?.to_bytes().to_vec();
    }
    shared.seen.lock().unwrap().push(Seen {
        method: head.method.clone(),
        target: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        headers: head.headers.clone(),
        version: head.version,
        body: received.clone().into(),
    });
    let mut response = Response::new(text("{\"ok\":true}"));
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    match path.as_str() {
        "/echo" => *response.body_mut() = text(received),
        "/answer" => {
            let (headers, body) = shared.answer.lock().unwrap().clone();
            response.headers_mut().extend(headers);
            *response.body_mut() = text(body);
        }
        "/slow" => tokio::time::sleep(Duration::from_secs(30)).await,
        "/cut" => {
            let pieces = futures_util::stream::iter([
                Ok(Frame::data(Bytes::from_static(b"the first half"))),
                Err(io::Error::other("cut")),
            ])
            .then(|piece| async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                piece
            });
            *response.body_mut() = BodyExt::boxed(StreamBody::new(pieces));
        }
        "/stall" => {
            let pieces = futures_util::stream::iter([0, 1]).then(|number| async move {
                tokio::time::sleep(Duration::from_secs(30 * number)).await;
                Ok(Frame::data(Bytes::from_static(b"piece")))
            });
            *response.body_mut() = BodyExt::boxed(StreamBody::new(pieces));
        }
        "/download" => {
            let bytes =
                head.uri.query().and_then(|query| query.strip_prefix("bytes=")).map_or(0, |n| n.parse().unwrap());
            let piece = Bytes::from(vec![7_u8; 64 * 1024]);
            let pieces =
                futures_util::stream::iter(0..bytes / piece.len() as u64).map(move |_| Ok(Frame::data(piece.clone())));
            *response.body_mut() = BodyExt::boxed(StreamBody::new(pieces));
        }
        "/created" => {
            *response.status_mut() = StatusCode::CREATED;
            let host = head.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("api.trial.example.com");
            let link = format!("https://{host}/v1/items/7?x=1");
            response.headers_mut().insert("location", HeaderValue::from_str(&link).unwrap());
        }
        "/redirect" => {
            let query = head.uri.query().unwrap_or_default();
            let field = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)).unwrap_or_default();
            *response.status_mut() = field("status=").parse().unwrap();
            let to: Vec<u8> = percent_encoding::percent_decode_str(field("to=")).collect();
            response.headers_mut().insert("location", HeaderValue::from_bytes(&to).unwrap());
        }
        "/elsewhere" => {
            *response.status_mut() = StatusCode::FOUND;
            response.headers_mut().insert("location", HeaderValue::from_static("https://evil.example.com/v1/items"));
        }
        "/forged" => {
            for (name, value) in [
                ("x-backshell-error", "permission_denied"),
                ("x-backshell-call-id", "forged"),
                ("set-cookie", "session=1"),
                ("connection", "x-hop"),
                ("x-hop", "1"),
                ("x-answer", "kept"),
            ] {
                response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
        }
        _ => {}
    }
    Ok(response)
}
