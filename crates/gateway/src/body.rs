//! What the gateway answers with: a short text of its own, or the service's answer as it streams by.

use crate::metrics::Running;
use backshell_ledger::{CompletionRecord, Ended, Ledger};
use backshell_upstream::{Progress, UpstreamBody, UpstreamBodyError};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::sync::SemaphorePermit;

/// The body of an answer.
#[derive(Debug)]
pub struct ResponseBody {
    kind: Kind,
    /// The call is running for as long as somebody may read its answer.
    _running: Option<Running>,
    /// The room that an answer takes which is held in memory.
    _room: Option<SemaphorePermit<'static>>,
}

#[derive(Debug)]
enum Kind {
    Full(Option<Bytes>),
    Held(Box<Held>),
    Stream(Box<Metered>),
}

/// An answer that was read to its end before any of it is sent.
#[derive(Debug)]
struct Held {
    bytes: Option<Bytes>,
    completion: Completion,
}

impl ResponseBody {
    /// A text of the gateway's own.
    pub(crate) fn full(text: impl Into<Bytes>) -> Self {
        Self { kind: Kind::Full(Some(text.into())), _running: None, _room: None }
    }

    /// Lets the service's answer be read to its end without the call being over by that: [`ResponseBody::held`] sends it.
    pub(crate) fn hold(&mut self) {
        if let Kind::Stream(metered) = &mut self.kind {
            metered.is_held = true;
        }
    }

    /// The answer that was read, as `bytes`. It keeps its `room` until it is sent, and the call is over then.
    pub(crate) fn held(self, bytes: Vec<u8>, room: SemaphorePermit<'static>) -> Self {
        let bytes = Some(bytes.into());
        let kind = match self.kind {
            Kind::Stream(metered) => Kind::Held(Box::new(Held { bytes, completion: metered.completion })),
            Kind::Full(_) | Kind::Held(_) => Kind::Full(bytes),
        };
        Self { kind, _room: Some(room), ..self }
    }

    /// The service's answer; `completion` is written to the ledger when it ends, however it ends.
    pub(crate) fn stream(body: UpstreamBody, completion: Completion) -> Self {
        let mut metered = Metered { body, completion, is_held: false };
        if metered.body.is_end_stream() {
            metered.completion.finish(Ended::Complete);
        }
        Self { kind: Kind::Stream(Box::new(metered)), _running: None, _room: None }
    }

    /// Ends the service's answer unread: the gateway answers with `code` in its place.
    pub(crate) fn refused(self, code: &'static str) {
        if let Kind::Stream(mut metered) = self.kind {
            metered.completion.refused(code, Ended::Complete);
        }
    }

    /// Lets the call count as running until this is dropped.
    pub(crate) fn counted(self, running: Running) -> Self {
        Self { _running: Some(running), ..self }
    }
}

#[derive(Debug)]
struct Metered {
    body: UpstreamBody,
    completion: Completion,
    /// The end of the service's answer is not that of the call.
    is_held: bool,
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = UpstreamBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UpstreamBodyError>>> {
        let metered = match &mut self.kind {
            Kind::Full(text) => return Poll::Ready(text.take().map(|text| Ok(Frame::data(text)))),
            Kind::Held(held) => {
                let bytes = held.bytes.take();
                if let Some(bytes) = &bytes {
                    held.completion.bytes_out = bytes.len() as u64;
                    held.completion.finish(Ended::Complete);
                }
                return Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))));
            }
            Kind::Stream(metered) => metered,
        };
        let polled = Pin::new(&mut metered.body).poll_frame(context);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Some(Ok(_)) | None) if metered.is_held => {}
            Poll::Ready(Some(Ok(frame))) => {
                metered.completion.bytes_out += frame.data_ref().map_or(0, |data| data.len() as u64);
                if metered.body.is_end_stream() {
                    metered.completion.finish(Ended::Complete);
                }
            }
            Poll::Ready(None) => metered.completion.finish(Ended::Complete),
            Poll::Ready(Some(Err(UpstreamBodyError::Cut(_)))) => metered.completion.finish(Ended::CutByUpstream),
            Poll::Ready(Some(Err(UpstreamBodyError::Idle(_)))) => metered.completion.finish(Ended::Timeout),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Full(text) => text.is_none(),
            Kind::Held(held) => held.bytes.is_none(),
            Kind::Stream(metered) => metered.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Full(text) => SizeHint::with_exact(text.as_ref().map_or(0, |text| text.len() as u64)),
            Kind::Held(held) => SizeHint::with_exact(held.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Kind::Stream(metered) => metered.body.size_hint(),
        }
    }
}

/// Writes a call's completion exactly once: when its answer ended, or when whoever held it let go.
pub(crate) struct Completion {
    ledger: Ledger,
    record: CompletionRecord,
    progress: Arc<Progress>,
    /// Whether the decision names several addresses, so that it does not say which of them was called.
    several: bool,
    bytes_out: u64,
    written: bool,
    /// Set when the gateway itself lets go of its calls, because the time to end them ran out.
    out_of_time: Arc<AtomicBool>,
}

impl Completion {
    /// For a call whose decision is on record and that is about to be sent. Dropping it unfinished means that the caller
    /// went away, or, once `out_of_time` is set, that the gateway stopped waiting.
    pub(crate) fn new(
        ledger: Ledger,
        record: CompletionRecord,
        progress: Arc<Progress>,
        several: bool,
        out_of_time: Arc<AtomicBool>,
    ) -> Self {
        Self { ledger, record, progress, several, bytes_out: 0, written: false, out_of_time }
    }

    /// The service answered with `status`.
    pub(crate) fn answered(&mut self, status: u16) {
        self.record.status = Some(status);
    }

    /// The gateway answers in the service's place.
    pub(crate) fn refused(&mut self, code: &'static str, ended: Ended) {
        self.record.code = Some(code);
        self.finish(ended);
    }

    fn finish(&mut self, ended: Ended) {
        if std::mem::replace(&mut self.written, true) {
            return;
        }
        self.record.upstream_ms = u64::try_from(self.progress.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.record.bytes_in = self.progress.bytes();
        self.record.address = self.progress.peer().filter(|_| self.several);
        self.record.bytes_out = self.bytes_out;
        self.record.ended = ended;
        self.ledger.complete(self.record);
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        let ended = if self.out_of_time.load(Ordering::Relaxed) { Ended::Timeout } else { Ended::AbortedByCaller };
        self.finish(ended);
    }
}

impl fmt::Debug for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completion").field("call", &self.record.call).finish_non_exhaustive()
    }
}
