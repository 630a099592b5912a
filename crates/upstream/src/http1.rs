//! An HTTP/1.1 connection that is driven by the call that uses it.
//!
//! hyper's connection is a future that somebody has to poll. In a task of its own it is woken for every request and wakes
//! the call for every answer; polled by the call it costs neither. Between two calls nobody polls it: that its service
//! has closed it shows at the next call, before anything is sent, or when the pool is swept.

use crate::alarm::Alarm;
use crate::body::RequestBody;
use crate::send::SendError;
use futures_util::task::AtomicWaker;
use http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1};
use hyper_util::rt::TokioIo;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

/// How often a connection is polled again at once because it asks for it, before others get their turn.
const TURNS: usize = 8;

/// Plain, or TLS.
pub(crate) type Stream = Either<TcpStream, TlsStream<TcpStream>>;

/// The head of an answer; a request that was not sent comes back.
type Answer = Result<Response<Incoming>, TrySendError<Request<RequestBody>>>;

/// A connection for one call at a time.
pub(crate) struct Http1 {
    sender: http1::SendRequest<RequestBody>,
    driver: Driver,
    alarm: Alarm,
    host: HeaderValue,
}

impl Http1 {
    /// Speaks HTTP/1.1 on `stream`; answers are read in pieces of at most `buffer` bytes. `host` names the service in
    /// requests.
    pub(crate) async fn open(stream: Stream, host: HeaderValue, buffer: usize) -> Result<Box<Self>, SendError> {
        let handshake = http1::Builder::new().max_buf_size(buffer).handshake(TokioIo::new(stream));
        let (sender, connection) = handshake.await.map_err(SendError::Exchange)?;
        let wakes = Arc::new(Wakes::default());
        let driver = Driver { connection: Some(connection), waker: Waker::from(Arc::clone(&wakes)), wakes };
        Ok(Box::new(Self { sender, driver, alarm: Alarm::default(), host }))
    }

    /// How the service is named in requests.
    pub(crate) fn host(&self) -> &HeaderValue {
        &self.host
    }

    /// Begins the exchange of `request` for the head of its answer, which comes while the driver [turns](Driver::turn);
    /// the alarm is kept for the wait.
    pub(crate) fn begin(
        &mut self,
        request: Request<RequestBody>,
    ) -> (impl Future<Output = Answer> + use<>, &mut Driver, &mut Alarm) {
        (self.sender.try_send_request(request), &mut self.driver, &mut self.alarm)
    }

    /// Waits for a part of the answer's body.
    pub(crate) fn turn<T>(
        &mut self,
        context: &mut Context<'_>,
        outcome: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.driver.turn(context, outcome)
    }

    /// Whether the connection has ended its exchange and takes another one.
    pub(crate) fn is_free(&mut self) -> bool {
        if !self.sender.is_ready() {
            self.driver.look();
        }
        self.driver.rest();
        self.driver.connection.is_some() && self.sender.is_ready()
    }

    /// Whether the service has left the connection open, as far as it is known.
    pub(crate) fn is_open(&mut self) -> bool {
        self.driver.look();
        self.driver.connection.is_some()
    }

    /// Leaves the connection to a task of its own until the exchange has ended; what is returned keeps it going.
    pub(crate) fn detach(self) -> http1::SendRequest<RequestBody> {
        if let Some(connection) = self.driver.connection {
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection to a service ended");
                }
            });
        }
        self.sender
    }
}

/// Polls the connection on behalf of whoever waits for something from it.
pub(crate) struct Driver {
    /// `None` once it has ended.
    connection: Option<http1::Connection<TokioIo<Stream>, RequestBody>>,
    wakes: Arc<Wakes>,
    /// The waker of `wakes`.
    waker: Waker,
}

impl Driver {
    /// Lets the connection work until `outcome` is there or nothing can be done for now.
    pub(crate) fn turn<T>(
        &mut self,
        context: &mut Context<'_>,
        mut outcome: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.wakes.task.register(context.waker());
        for _ in 0..TURNS {
            self.wakes.begin();
            let mut polled = outcome(&mut Context::from_waker(&self.waker));
            if polled.is_pending() {
                self.poll();
                polled = outcome(&mut Context::from_waker(&self.waker));
            }
            let again = self.wakes.end();
            if polled.is_ready() || !again {
                return polled;
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Polls the connection once, for nobody.
    fn look(&mut self) {
        self.wakes.begin();
        self.poll();
        self.wakes.end();
    }

    /// Nobody waits any more.
    fn rest(&self) {
        self.wakes.task.take();
    }

    fn poll(&mut self) {
        let Some(connection) = &mut self.connection else { return };
        if let Poll::Ready(ended) = Pin::new(connection).poll(&mut Context::from_waker(&self.waker)) {
            self.connection = None;
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection to a service ended");
            }
        }
    }
}

/// Nothing is being polled.
const IDLE: u8 = 0;
/// The connection and what it leads to are being polled.
const POLLED: u8 = 1;
/// As before, and somebody asked for another turn meanwhile.
const WOKEN: u8 = 2;

/// Hands the connection's wakes on to the task that drives it. While that task polls, connection and answer mostly wake
/// each other: such a wake is remembered, and costs no way through the scheduler.
#[derive(Default)]
struct Wakes {
    task: AtomicWaker,
    state: AtomicU8,
}

impl Wakes {
    fn begin(&self) {
        self.state.store(POLLED, Ordering::Release);
    }

    /// Whether somebody asked for another turn since it began.
    fn end(&self) -> bool {
        self.state.swap(IDLE, Ordering::AcqRel) == WOKEN
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let noted = self.state.compare_exchange(POLLED, WOKEN, Ordering::AcqRel, Ordering::Acquire);
        if noted == Err(IDLE) {
            self.task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header;
    use http_body::Body;
    use std::future::poll_fn;
    use std::pin::pin;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A connection, and the service's end of it.
    async fn connection() -> (Box<Http1>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let near = crate::dial::connect(address, Duration::from_secs(5)).await.unwrap();
        let (far, _) = listener.accept().await.unwrap();
        let host = HeaderValue::from_static("api.example.com");
        (Http1::open(Stream::Left(near), host, 64 * 1024).await.unwrap(), far)
    }

    /// Sends a request, lets the service send `bytes` when it has it, and waits for the head of the answer.
    async fn exchanged(connection: &mut Http1, far: &mut TcpStream, bytes: &[u8]) -> Incoming {
        let mut request = Request::new(RequestBody::empty());
        request.headers_mut().insert(header::HOST, connection.host().clone());
        let (exchange, driver, _) = connection.begin(request);
        let mut exchange = pin!(exchange);
        let exchange = poll_fn(|context| driver.turn(context, |context| exchange.as_mut().poll(context)));
        let service = async {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(far.read_u8().await.unwrap());
            }
            far.write_all(bytes).await.unwrap();
        };
        let (answer, ()) = tokio::join!(exchange, service);
        answer.unwrap().into_body()
    }

    /// The next piece of the answer; nothing at its end.
    async fn piece(connection: &mut Http1, body: &mut Incoming) -> Option<Vec<u8>> {
        let frame =
            poll_fn(|context| connection.turn(context, |context| Pin::new(&mut *body).poll_frame(context))).await;
        frame.map(|frame| frame.unwrap().into_data().unwrap().to_vec())
    }

    #[tokio::test]
    async fn a_connection_is_free_when_its_answer_has_been_read() {
        let (mut connection, mut far) = connection().await;
        for _ in 0..3 {
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nda";
            let mut body = exchanged(&mut connection, &mut far, head).await;
            assert_eq!(piece(&mut connection, &mut body).await.unwrap(), b"da");
            assert!(!connection.is_free(), "half of the answer is missing");
            let (late, sent) = tokio::join!(piece(&mut connection, &mut body), async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                far.write_all(b"ta").await
            });
            sent.unwrap();
            assert_eq!(late.unwrap(), b"ta");
            assert!(body.is_end_stream() && connection.is_free());
        }
    }

    #[tokio::test]
    async fn an_answer_without_a_length_ends_with_its_connection() {
        let (mut connection, mut far) = connection().await;
        let mut body = exchanged(&mut connection, &mut far, b"HTTP/1.1 200 OK\r\n\r\nda").await;
        assert_eq!(piece(&mut connection, &mut body).await.unwrap(), b"da");
        drop(far);
        assert_eq!(piece(&mut connection, &mut body).await, None);
        assert!(!connection.is_free());
    }

    #[tokio::test]
    async fn what_the_service_closes_is_found_closed() {
        let (mut connection, mut far) = connection().await;
        let mut body = exchanged(&mut connection, &mut far, b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx").await;
        assert!(piece(&mut connection, &mut body).await.is_some());
        assert!(connection.is_free() && connection.is_open());
        drop(far);
        let mut looks = 0;
        while connection.is_open() {
            looks += 1;
            assert!(looks < 500, "nobody notices");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
