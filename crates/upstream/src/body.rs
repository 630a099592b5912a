//! Bodies in both directions: streamed, counted, bounded, never held whole.

use crate::pool::Lease;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// How far a request body has come. Shared by the body, which may be in a connection's task, and the waiting call.
#[derive(Debug)]
pub struct Progress {
    started: Instant,
    bytes: AtomicU64,
    last_millis: AtomicU64,
    too_large: AtomicBool,
    failed: AtomicBool,
}

impl Progress {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            started: Instant::now(),
            bytes: AtomicU64::new(0),
            last_millis: AtomicU64::new(0),
            too_large: AtomicBool::new(false),
            failed: AtomicBool::new(false),
        })
    }

    fn touch(&self) {
        let millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_millis.store(millis, Ordering::Relaxed);
    }

    /// When the body last moved.
    pub(crate) fn last(&self) -> Instant {
        self.started + Duration::from_millis(self.last_millis.load(Ordering::Relaxed))
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

impl Body for RequestBody {
    type Data = Bytes;
    type Error = RequestBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RequestBodyError>>> {
        let Some(incoming) = self.incoming.as_mut() else { return Poll::Ready(None) };
        match Pin::new(incoming).poll_frame(context) {
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
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                let total = self.progress.bytes.fetch_add(length, Ordering::Relaxed).saturating_add(length);
                self.progress.touch();
                if total > self.limit {
                    self.incoming = None;
                    self.progress.too_large.store(true, Ordering::Relaxed);
                    return Poll::Ready(Some(Err(RequestBodyError::TooLarge { limit: self.limit })));
                }
                Poll::Ready(Some(Ok(frame)))
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
    timer: Option<Pin<Box<Sleep>>>,
}

impl UpstreamBody {
    pub(crate) fn new(incoming: Incoming, lease: Lease, idle: Duration) -> Self {
        let mut body = Self { incoming, lease: Some(lease), idle, timer: None };
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
        match Pin::new(&mut self.incoming).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.timer = None;
                if self.incoming.is_end_stream() {
                    self.give_back();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(None) => {
                self.give_back();
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(error))) => {
                self.lease = None;
                Poll::Ready(Some(Err(UpstreamBodyError::Cut(error))))
            }
            Poll::Pending => {
                let idle = self.idle;
                let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(idle)));
                match timer.as_mut().poll(context) {
                    Poll::Pending => Poll::Pending,
                    Poll::Ready(()) => {
                        self.lease = None;
                        Poll::Ready(Some(Err(UpstreamBodyError::Idle(idle))))
                    }
                }
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
