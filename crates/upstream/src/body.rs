//! Bodies in both directions: streamed, counted, bounded, never held whole.

use crate::alarm::Alarm;
use crate::pool::Lease;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;

/// How far a request body has come. Shared by the body, which may be in a connection's task, and the waiting call.
#[derive(Debug)]
pub struct Progress {
    started: Instant,
    bytes: AtomicU64,
    last_millis: AtomicU64,
    too_large: AtomicBool,
    failed: AtomicBool,
    ended: AtomicBool,
    peer: Mutex<Option<SocketAddr>>,
}

impl Progress {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            started: Instant::now(),
            bytes: AtomicU64::new(0),
            last_millis: AtomicU64::new(0),
            too_large: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            peer: Mutex::default(),
        })
    }

    /// The request goes out on a connection to `peer`.
    pub(crate) fn goes_to(&self, peer: SocketAddr) {
        *self.peer.lock().unwrap_or_else(PoisonError::into_inner) = Some(peer);
    }

    /// Where the request went last; nothing while there is no connection.
    pub fn peer(&self) -> Option<SocketAddr> {
        *self.peer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn touch(&self) {
        let millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_millis.store(millis, Ordering::Relaxed);
    }

    /// When the body last moved.
    pub(crate) fn last(&self) -> Instant {
        self.started + Duration::from_millis(self.last_millis.load(Ordering::Relaxed))
    }

    /// How long ago the request was ready to be sent.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Whether nothing more comes of the body.
    pub(crate) fn ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Bytes of the request body that went to the service so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whether the body was stopped because it passed its limit.
    pub fn exceeded_limit(&self) -> bool {
        self.too_large.load(Ordering::Relaxed)
    }

    /// Whether the caller's side of the body failed.
    pub fn caller_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}

/// Why a request body stopped early.
#[derive(Debug, thiserror::Error)]
pub enum RequestBodyError {
    /// It passed the limit.
    #[error("the request body is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The caller's connection failed.
    #[error("the caller stopped sending")]
    Caller(#[source] hyper::Error),
}

/// A request body on its way to the service: the caller's stream, bounded and counted.
#[derive(Debug)]
pub struct RequestBody {
    incoming: Option<Incoming>,
    limit: u64,
    progress: Arc<Progress>,
}

impl RequestBody {
    /// Streams `incoming`; more than `limit` bytes stop the call.
    pub fn stream(incoming: Incoming, limit: u64) -> Self {
        let incoming = (!incoming.is_end_stream()).then_some(incoming);
        Self { incoming, limit, progress: Progress::new() }
    }

    /// No body.
    pub fn empty() -> Self {
        Self { incoming: None, limit: 0, progress: Progress::new() }
    }

    /// Where to read how far the body has come.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }
}

impl Drop for RequestBody {
    /// Whoever sends the body lets go of it when the last of it is sent, or when nothing more is sent.
    fn drop(&mut self) {
        self.progress.ended.store(true, Ordering::Relaxed);
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = RequestBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RequestBodyError>>> {
        let Some(incoming) = self.incoming.as_mut() else { return Poll::Ready(None) };
        match poll_data(incoming, context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => {
                self.incoming = None;
                self.progress.touch();
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(error))) => {
                self.incoming = None;
                self.progress.failed.store(true, Ordering::Relaxed);
                Poll::Ready(Some(Err(RequestBodyError::Caller(error))))
            }
            Poll::Ready(Some(Ok(data))) => {
                let length = data.len() as u64;
                let total = self.progress.bytes.fetch_add(length, Ordering::Relaxed).saturating_add(length);
                self.progress.touch();
                if total > self.limit {
                    self.incoming = None;
                    self.progress.too_large.store(true, Ordering::Relaxed);
                    return Poll::Ready(Some(Err(RequestBodyError::TooLarge { limit: self.limit })));
                }
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

/// The next piece of a body. Trailers are passed over: nothing looks at them as it looks at headers, so they go no
/// further.
fn poll_data(incoming: &mut Incoming, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, hyper::Error>>> {
    loop {
        match std::task::ready!(Pin::new(&mut *incoming).poll_frame(context)) {
            None => return Poll::Ready(None),
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Poll::Ready(Some(Ok(data)));
                }
            }
        }
    }
}

/// Why an answer's body stopped early.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamBodyError {
    /// The service closed or reset the connection in the middle.
    #[error("the service cut the answer off")]
    Cut(#[source] hyper::Error),
    /// Nothing came for the idle time.
    #[error("the service sent nothing for {0:?}")]
    Idle(Duration),
}

/// An answer's body: streamed from the service. Its connection goes back to the pool when it ends well.
pub struct UpstreamBody {
    incoming: Incoming,
    lease: Option<Lease>,
    idle: Duration,
    /// Since when nothing came, and the alarm for that; nothing while nobody had to wait.
    waiting: Option<(Instant, Alarm)>,
    /// Whether something was handed over since somebody last had to wait, and so may not be on its way yet.
    fresh: bool,
    /// How the answer was cut off, once everything before that is on its way.
    cut: Option<hyper::Error>,
}

impl UpstreamBody {
    pub(crate) fn new(incoming: Incoming, lease: Lease, idle: Duration) -> Self {
        let mut body = Self { incoming, lease: Some(lease), idle, waiting: None, fresh: true, cut: None };
        if body.incoming.is_end_stream() {
            body.give_back();
        }
        body
    }

    fn give_back(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.give_back();
        }
    }

    fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, hyper::Error>>> {
        let Self { incoming, lease, .. } = self;
        match lease {
            Some(Lease::Http1 { connection, .. }) => connection.turn(context, |context| poll_data(incoming, context)),
            _ => poll_data(incoming, context),
        }
    }
}

impl std::fmt::Debug for UpstreamBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpstreamBody").field("idle", &self.idle).finish_non_exhaustive()
    }
}

impl Body for UpstreamBody {
    type Data = Bytes;
    type Error = UpstreamBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UpstreamBodyError>>> {
        if let Some(error) = self.cut.take() {
            return Poll::Ready(Some(Err(UpstreamBodyError::Cut(error))));
        }
        match self.poll_data(context) {
            Poll::Ready(Some(Ok(data))) => {
                self.waiting = None;
                self.fresh = true;
                if self.incoming.is_end_stream() {
                    self.give_back();
                }
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            Poll::Ready(None) => {
                self.give_back();
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(error))) => {
                self.lease = None;
                if std::mem::take(&mut self.fresh) {
                    // Whoever sends the answer on closes at an error: what came before it is sent first.
                    self.cut = Some(error);
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Ready(Some(Err(UpstreamBodyError::Cut(error))))
            }
            Poll::Pending => {
                self.fresh = false;
                let idle = self.idle;
                let (since, alarm) = self.waiting.get_or_insert_with(|| (Instant::now(), Alarm::default()));
                std::task::ready!(alarm.poll(context, *since + idle));
                self.lease = None;
                Poll::Ready(Some(Err(UpstreamBodyError::Idle(idle))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use http::{HeaderMap, HeaderValue, Request, Response};
    use http_body_util::{BodyExt, StreamBody};
    use hyper::service::service_fn;
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use std::convert::Infallible;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// What arrives of an answer with a trailer behind its data.
    async fn with_trailers() -> Incoming {
        let (near, far) = tokio::io::duplex(64 * 1024);
        let service = service_fn(|_: Request<Incoming>| async {
            let trailers = HeaderMap::from_iter([("x-late".parse().unwrap(), HeaderValue::from_static("1"))]);
            let frames = [Frame::data(Bytes::from_static(b"data")), Frame::trailers(trailers)];
            Ok::<_, Infallible>(Response::new(StreamBody::new(stream::iter(frames.map(Ok::<_, Infallible>)))))
        });
        let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        tokio::spawn(server.serve_connection(TokioIo::new(far), service));
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(near)).await.unwrap();
        tokio::spawn(connection);
        let answer = sender.send_request(Request::new(RequestBody::empty())).await.unwrap();
        // The connection ends with its last sender.
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_mins(1)).await;
            drop(sender);
        });
        answer.into_body()
    }

    fn body(incoming: Incoming) -> UpstreamBody {
        UpstreamBody { incoming, lease: None, idle: Duration::from_mins(1), waiting: None, fresh: true, cut: None }
    }

    #[tokio::test]
    async fn what_came_before_a_cut_goes_out_before_the_error() {
        let (near, mut far) = tokio::io::duplex(1024);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(near)).await.unwrap();
        let connection = tokio::spawn(connection);
        let (answer, ()) = tokio::join!(sender.send_request(Request::new(RequestBody::empty())), async {
            // The service has the request before it answers.
            far.read_u8().await.unwrap();
            far.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nda").await.unwrap();
        });
        let mut answer = body(answer.unwrap().into_body());
        let mut context = Context::from_waker(std::task::Waker::noop());
        let mut next = || Pin::new(&mut answer).poll_frame(&mut context);
        assert_eq!(next().map(|frame| frame.unwrap().unwrap().into_data().unwrap()), Poll::Ready("da".into()));
        drop(far);
        drop(connection.await.unwrap());
        assert!(next().is_pending(), "the data may not have been sent yet");
        assert!(matches!(next(), Poll::Ready(Some(Err(UpstreamBodyError::Cut(_))))));
    }

    #[tokio::test]
    async fn trailers_go_no_further() {
        let plain = with_trailers().await.collect().await.unwrap();
        assert!(plain.trailers().is_some(), "the test's own service must send them");
        let request = RequestBody::stream(with_trailers().await, 100);
        let progress = request.progress();
        let request = request.collect().await.unwrap();
        assert!(request.trailers().is_none());
        assert_eq!((request.to_bytes().as_ref(), progress.bytes()), (&b"data"[..], 4));
        let answer = body(with_trailers().await);
        let answer = answer.collect().await.unwrap();
        assert!(answer.trailers().is_none());
        assert_eq!(answer.to_bytes().as_ref(), b"data");
    }
}
