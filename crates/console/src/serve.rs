//! The control listener's accept loop.

use axum::Router;
use backshell_gateway::Opening;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::{future::Future, io, sync::Arc, time::Duration};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// How long running requests may take to end once the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// What a client may take of the listener.
#[derive(Clone, Copy)]
struct Limits {
    /// How many connections are open at most; further ones wait in the listener's queue.
    connections: usize,
    /// How long a client may take to say which version of HTTP it speaks, and to send the head of a request.
    head: Duration,
    /// How long a connection may stay open without a request. Longer than a request may take, because it is also how
    /// long a client has to read the last answer.
    idle: Duration,
}

const LIMITS: Limits = Limits { connections: 512, head: Duration::from_secs(10), idle: Duration::from_secs(90) };

/// Serves `router` on `listener` until `shutdown` resolves, then lets running requests end for up to ten seconds.
///
/// The listener is the caller's: that it is bound to loopback, or stands behind a proxy that terminates TLS, is decided
/// where the configuration is read. A connection that fails ends alone; only a listener that cannot accept at all would
/// be an error, and that is retried, because it is mostly a shortage of descriptors that passes.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()> + Send) -> io::Result<()> {
    serve_within(LIMITS, listener, router, shutdown).await
}

async fn serve_within(
    limits: Limits,
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(64)
        .max_header_list_size(32 * 1024)
        .keep_alive_interval(Duration::from_secs(30));
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let (stream, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "the control listener could not accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (running, requests) = watch::channel(0_usize);
        let router = TowerToHyperService::new(router.clone());
        let service = service_fn(move |request| {
            let (running, answer) = (Running::one_more(&running), router.call(request));
            async move {
                let _running = running;
                answer.await
            }
        });
        let stream = TokioIo::new(Opening::new(stream, limits.head));
        let connection = graceful.watch(builder.serve_connection(stream, service).into_owned());
        tokio::spawn(async move {
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(error, "a connection to the control listener ended badly");
                },
                () = unused(requests, limits.idle) => {
                    tracing::debug!("a connection to the control listener was not used for too long");
                }
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests to the control listener were still running when it stopped");
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(tokio::net::TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}

/// A request that runs on a connection; counted until it is answered or given up.
struct Running(watch::Sender<usize>);

impl Running {
    fn one_more(requests: &watch::Sender<usize>) -> Self {
        requests.send_modify(|running| *running = running.saturating_add(1));
        Self(requests.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running = running.saturating_sub(1));
    }
}

/// Resolves when no request has run on a connection for as long as `patience`.
async fn unused(mut requests: watch::Receiver<usize>, patience: Duration) {
    loop {
        let change = if *requests.borrow_and_update() == 0 {
            let Ok(change) = tokio::time::timeout(patience, requests.changed()).await else { return };
            change
        } else {
            requests.changed().await
        };
        if change.is_err() {
            // The connection is over, and so is whoever waits for this.
            return std::future::pending().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    const SHORT: Duration = Duration::from_millis(150);
    const LONG: Duration = Duration::from_mins(1);

    /// A listener whose `/slow` takes longer than an idle connection may.
    async fn start(limits: Limits) -> std::net::SocketAddr {
        let slow = || async {
            tokio::time::sleep(SHORT * 3).await;
            "done"
        };
        let router = Router::new().route("/slow", axum::routing::get(slow));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve_within(limits, listener, router, std::future::pending()));
        address
    }

    async fn connect(address: std::net::SocketAddr, first: &[u8]) -> TcpStream {
        #[expect(clippy::disallowed_methods, reason = "the test is the client")]
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(first).await.unwrap();
        stream
    }

    /// What the listener sends until it closes the connection.
    async fn until_closed(mut stream: TcpStream) -> Vec<u8> {
        let mut bytes = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut bytes)).await;
        // A connection that is closed with unread bytes is reset, which is closed enough.
        drop(closed.expect("the connection was kept"));
        bytes
    }

    #[tokio::test]
    async fn silence_does_not_keep_a_place() {
        let address = start(Limits { connections: 2, head: SHORT, idle: LONG }).await;
        let _silent = [connect(address, b"").await, connect(address, b"PRI * HT").await];
        let next = connect(address, b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        let answer = String::from_utf8(until_closed(next).await).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    #[tokio::test]
    async fn a_connection_without_requests_is_closed() {
        let address = start(Limits { connections: 2, head: LONG, idle: SHORT }).await;
        // HTTP/2's preface and an empty SETTINGS frame: a client that means to stay.
        let mut preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        preface.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 0, 0]);
        let sent = until_closed(connect(address, &preface).await).await;
        assert_eq!(sent.get(3), Some(&4), "SETTINGS come first: {sent:?}");
    }

    #[tokio::test]
    async fn a_request_that_runs_keeps_its_connection() {
        let address = start(Limits { connections: 1, head: LONG, idle: SHORT }).await;
        let stream = connect(address, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let answer = String::from_utf8(until_closed(stream).await).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
    }
}
