//! Sending one request and receiving the head of its answer.

use crate::alarm::Alarm;
use crate::body::{Progress, RequestBody, UpstreamBody};
use crate::dial::Dialler;
use crate::http1::{Http1, Stream};
use crate::pool::{Key, Lease, Origin, Pool, Sender};
use backshell_auth::Credentialed;
use backshell_ledger::Receipt;
use backshell_model::Scheme;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version, header};
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls_pki_types::ServerName;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

/// Largest head of an answer (status line and headers), bytes.
const MAX_HEAD: usize = 64 * 1024;
/// Read buffer of an HTTP/1.1 connection: holds the largest head and bounds what one streamed body keeps in memory.
const MAX_BUFFER: usize = 2 * MAX_HEAD;
/// HTTP/2 flow-control windows: what one stream and one connection may have in flight, bytes. Callers that stop reading
/// fill their stream's window; it takes 256 of them to fill the connection's, and no connection has that many streams.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 16 * 1024 * 1024;
/// How long opening a connection may take over all pinned addresses.
const DIAL: Duration = Duration::from_secs(10);
/// How many reused connections are tried before a fresh one.
const REUSED: usize = 2;

/// How long the service may take, step by step.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// TLS handshake.
    pub tls: Duration,
    /// From the last byte of the request to the first byte of the answer.
    pub first_byte: Duration,
    /// Between two pieces of the answer.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { tls: Duration::from_secs(5), first_byte: Duration::from_mins(2), idle: Duration::from_mins(2) }
    }
}

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// No connection to any pinned address.
    #[error("the service does not accept connections")]
    Connect(#[source] io::Error),
    /// The TLS handshake failed: an unknown authority, another host's certificate, an old protocol.
    #[error("no TLS session with the service")]
    Tls(#[source] io::Error),
    /// The HTTP exchange failed before the head of an answer.
    #[error("the service closed the connection without an answer")]
    Exchange(#[source] hyper::Error),
    /// The service switched to another protocol, which nobody asked for.
    #[error("the service switched protocols")]
    Switched,
    /// The service did not answer in time.
    #[error("the service did not answer within {0:?}")]
    Timeout(Duration),
    /// The caller's body passed the limit.
    #[error("the request body is too large")]
    BodyTooLarge,
    /// The caller stopped sending.
    #[error("the caller stopped sending")]
    CallerGone,
    /// The HTTP or TLS library reads another host or port than the one that was judged; nothing was sent.
    #[error("the host is not read by everybody in the same way")]
    OtherHost,
    /// The receipt is for another connection or host; nothing was sent.
    #[error("the ledger's receipt is for another call")]
    WrongReceipt,
}

/// The way out of one worker: its connections are its own.
#[derive(Clone, Debug)]
pub struct Upstream {
    dialler: Arc<dyn Dialler>,
    pool: Arc<Pool>,
    timeouts: Timeouts,
}

impl Upstream {
    /// A way out through `dialler`. Make one for each worker thread: connections are driven by the runtime that opened them.
    pub fn new(dialler: Arc<dyn Dialler>, timeouts: Timeouts) -> Self {
        Self { dialler, pool: Arc::new(Pool::default()), timeouts }
    }

    /// Closes connections that nobody has used for a while.
    pub fn sweep(&self) {
        self.pool.sweep();
    }

    /// Sends `credentialed` with `body` and returns the head of the answer with its body as a stream.
    ///
    /// `receipt` says that the decision is in the ledger; it is used up. A request that cannot have reached the service
    /// is sent again, and so is a safe one (RFC 9110, section 9.2.1) without a body whose reused connection turned out to
    /// be closed: on another reused connection once, then on a fresh one. Nothing else is sent twice.
    pub fn send(
        &self,
        credentialed: Credentialed,
        receipt: Receipt,
        body: RequestBody,
    ) -> impl Future<Output = Result<Response<UpstreamBody>, SendError>> + Send {
        let belongs = receipt.connection() == credentialed.connection() && receipt.host() == credentialed.host();
        drop(receipt);
        // Not an `async fn`, which would move what it is given once more.
        async move { if belongs { self.send_judged(&credentialed, body).await } else { Err(SendError::WrongReceipt) } }
    }

    async fn send_judged(
        &self,
        credentialed: &Credentialed,
        body: RequestBody,
    ) -> Result<Response<UpstreamBody>, SendError> {
        let key = Key {
            environment: credentialed.environment(),
            scheme: credentialed.scheme(),
            host: credentialed.host().clone(),
            port: credentialed.port(),
        };
        let progress = body.progress();
        let safe = matches!(*credentialed.method(), Method::GET | Method::HEAD | Method::OPTIONS)
            && http_body::Body::is_end_stream(&body);
        let mut attempt = Some(build(credentialed, body));
        for _ in 0..REUSED {
            let Some(sender) = self.pool.checkout(&key, credentialed.addresses()) else { break };
            let Some(request) = attempt.take() else { break };
            match pin!(self.exchange(&key, sender, request, &progress)).await {
                Ok(answer) => return Ok(answer),
                Err(Failure::NotSent(request, _)) => attempt = Some(*request),
                Err(Failure::Maybe(_)) if safe => attempt = Some(build(credentialed, RequestBody::empty())),
                Err(Failure::Maybe(error) | Failure::Final(error)) => return Err(error),
            }
        }
        let Some(request) = attempt else { return Err(SendError::CallerGone) };
        // Apart on the heap: every call would carry the room that a handshake needs, and few calls make one.
        let sender = Box::pin(self.open(&key, credentialed)).await?;
        Box::pin(self.exchange(&key, sender, request, &progress)).await.map_err(|failure| match failure {
            Failure::NotSent(_, error) | Failure::Maybe(error) | Failure::Final(error) => error,
        })
    }

    async fn exchange(
        &self,
        key: &Key,
        sender: Sender,
        request: Request<RequestBody>,
        progress: &Progress,
    ) -> Result<Response<UpstreamBody>, Failure> {
        match sender {
            Sender::Http1(mut connection, origin) => {
                progress.goes_to(origin.pinned);
                let request = to_http1(request, connection.host());
                let (exchange, driver, alarm) = connection.begin(request);
                let mut exchange = pin!(exchange);
                let exchange = poll_fn(|context| driver.turn(context, |context| exchange.as_mut().poll(context)));
                let answer = self.wait(exchange, progress, alarm).await?;
                let lease = if progress.ended() {
                    Lease::Http1 { pool: Arc::clone(&self.pool), key: key.clone(), connection, origin }
                } else {
                    Lease::Detached { _sender: connection.detach() }
                };
                Ok(answer.map(|incoming| UpstreamBody::new(incoming, lease, self.timeouts.idle)))
            }
            Sender::Http2(mut sender, stream) => {
                progress.goes_to(stream.peer);
                let request = to_http2(request, key);
                let exchange = pin!(sender.try_send_request(request));
                let answer = self.wait(exchange, progress, &mut Alarm::default()).await?;
                let lease = Lease::Http2 { _sender: sender, _stream: stream };
                Ok(answer.map(|incoming| UpstreamBody::new(incoming, lease, self.timeouts.idle)))
            }
        }
    }

    /// Waits for the head of the answer. The clock starts when the last byte of the request has gone out: a large upload
    /// may take its time as long as it moves.
    async fn wait(
        &self,
        mut answer: impl Future<Output = Result<Response<Incoming>, TrySendError<Request<RequestBody>>>> + Unpin,
        progress: &Progress,
        alarm: &mut Alarm,
    ) -> Result<Response<Incoming>, Failure> {
        let limit = self.timeouts.first_byte;
        let begun = Instant::now();
        let result = poll_fn(|context| {
            if let Poll::Ready(result) = Pin::new(&mut answer).poll(context) {
                return Poll::Ready(Ok(result));
            }
            loop {
                let deadline = begun.max(progress.last()) + limit;
                ready!(alarm.poll(context, deadline));
                if begun.max(progress.last()) + limit <= deadline {
                    return Poll::Ready(Err(Failure::Final(SendError::Timeout(limit))));
                }
            }
        })
        .await?;
        if result.as_ref().is_ok_and(|answer| answer.status() == StatusCode::SWITCHING_PROTOCOLS) {
            return Err(Failure::Final(SendError::Switched));
        }
        result.map_err(|mut error| {
            let request = error.take_message();
            let error = error.into_error();
            if progress.exceeded_limit() {
                Failure::Final(SendError::BodyTooLarge)
            } else if progress.caller_failed() {
                Failure::Final(SendError::CallerGone)
            } else if let Some(request) = request {
                Failure::NotSent(Box::new(request), SendError::Exchange(error))
            } else {
                Failure::Maybe(SendError::Exchange(error))
            }
        })
    }

    async fn open(&self, key: &Key, credentialed: &Credentialed) -> Result<Sender, SendError> {
        let name = server_name(key)?;
        let dial = self.dialler.dial(&key.host, key.port, credentialed.addresses());
        let dialled = tokio::time::timeout(DIAL, dial)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .map_err(SendError::Connect)?;
        let origin = Origin { pinned: dialled.pinned, opened: Instant::now() };
        // A canonical host name is always a header value.
        let host = HeaderValue::from_str(&authority(key)).map_err(|_| SendError::OtherHost)?;
        match key.scheme {
            Scheme::Http => {
                Ok(Sender::Http1(Http1::open(Stream::Left(dialled.stream), host, MAX_BUFFER).await?, origin))
            }
            Scheme::Https => {
                let handshake = TlsConnector::from(self.dialler.tls(key.environment)).connect(name, dialled.stream);
                let stream = tokio::time::timeout(self.timeouts.tls, handshake)
                    .await
                    .map_err(|_| SendError::Timeout(self.timeouts.tls))?
                    .map_err(SendError::Tls)?;
                if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                    let sender = handshake_http2(stream).await?;
                    Ok(self.pool.share(key.clone(), sender, origin))
                } else {
                    Ok(Sender::Http1(Http1::open(Stream::Right(stream), host, MAX_BUFFER).await?, origin))
                }
            }
        }
    }
}

enum Failure {
    /// The request came back: nothing of it was sent.
    NotSent(Box<Request<RequestBody>>, SendError),
    /// The request may have reached the service.
    Maybe(SendError),
    /// Another attempt cannot help.
    Final(SendError),
}

fn build(credentialed: &Credentialed, body: RequestBody) -> Request<RequestBody> {
    let mut request = Request::new(body);
    *request.method_mut() = credentialed.method().clone();
    *request.uri_mut() = Uri::from(credentialed.path_and_query().clone());
    *request.headers_mut() = credentialed.headers().clone();
    request
}

/// Host and port as requests name them: the scheme's own port is left out.
fn authority(key: &Key) -> String {
    match (key.scheme, key.port) {
        (Scheme::Https, 443) | (Scheme::Http, 80) => key.host.to_string(),
        (_, port) => format!("{}:{port}", key.host),
    }
}

/// The host as TLS names it. Asks the libraries that will use the name what they read in it: a difference to what was
/// judged is refused before anything is opened.
fn server_name(key: &Key) -> Result<ServerName<'static>, SendError> {
    let uri = Uri::builder().scheme(key.scheme.as_str()).authority(authority(key)).path_and_query("/").build();
    let default = if key.scheme == Scheme::Https { 443 } else { 80 };
    let same =
        uri.is_ok_and(|uri| uri.host() == Some(key.host.as_str()) && uri.port_u16().unwrap_or(default) == key.port);
    match ServerName::try_from(key.host.as_str().to_owned()) {
        Ok(ServerName::DnsName(name)) if same && name.as_ref() == key.host.as_str() => Ok(ServerName::DnsName(name)),
        _ => Err(SendError::OtherHost),
    }
}

/// HTTP/1.1 carries path and query in the request line and the authority in `Host` (RFC 9112, section 3.2). The request
/// may be one that came back from an HTTP/2 connection.
fn to_http1(mut request: Request<RequestBody>, host: &HeaderValue) -> Request<RequestBody> {
    request.headers_mut().insert(header::HOST, host.clone());
    if request.uri().authority().is_some()
        && let Some(target) = request.uri().path_and_query().cloned()
    {
        *request.uri_mut() = Uri::from(target);
    }
    *request.version_mut() = Version::HTTP_11;
    request
}

/// HTTP/2 carries scheme and authority in pseudo-headers (RFC 9113, section 8.3.1) instead of `Host`.
fn to_http2(mut request: Request<RequestBody>, key: &Key) -> Request<RequestBody> {
    request.headers_mut().remove(header::HOST);
    let path_and_query = request.uri().path_and_query().cloned();
    let uri = Uri::builder()
        .scheme(key.scheme.as_str())
        .authority(authority(key))
        .path_and_query(path_and_query.as_ref().map_or("/", |text| text.as_str()))
        .build();
    if let Ok(uri) = uri {
        *request.uri_mut() = uri;
    }
    *request.version_mut() = Version::HTTP_2;
    request
}

async fn handshake_http2<S>(stream: S) -> Result<http2::SendRequest<RequestBody>, SendError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(20))
        .handshake(TokioIo::new(stream))
        .await
        .map_err(SendError::Exchange)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to a service ended");
        }
    });
    Ok(sender)
}
