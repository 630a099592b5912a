//! The gateway listener: one acceptor, and workers that each have a thread, a runtime and upstream connections of their
//! own, so that a call never changes threads.

use crate::header_timer::HeaderTimer;
use crate::linger::Linger;
use crate::opening::Opening;
use crate::pipeline::Worker;
use crate::stall::Stall;
use crate::state::Gateway;
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// How long a TLS handshake may take.
const TLS_HANDSHAKE: Duration = Duration::from_secs(10);
/// Largest head of a request, bytes.
const MAX_HEAD: usize = 64 * 1024;
/// HTTP/2: streams that one caller's connection may have open, their flow-control window, and how much of an answer is
/// kept for a caller who does not read it, in bytes.
const MAX_STREAMS: u32 = 100;
const STREAM_WINDOW: u32 = 256 * 1024;
const MAX_SEND_BUFFER: usize = 64 * 1024;
/// How often unused upstream connections are closed.
const SWEEP: Duration = Duration::from_secs(10);
/// Accepted connections that wait for a worker.
const HANDOVER: usize = 1_024;
/// How long the acceptor waits when nothing else helps.
const PAUSE: Duration = Duration::from_millis(20);

/// A running gateway listener.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    stop: CancellationToken,
    acceptor: JoinHandle<()>,
    workers: Vec<JoinHandle<()>>,
}

impl Serving {
    /// Serves `gateway` on `listener` with `workers` threads, with TLS when `tls` is given. Its configuration should offer
    /// the protocols `h2` and `http/1.1`.
    pub fn start(
        gateway: &Gateway,
        listener: TcpListener,
        tls: Option<&Arc<rustls::ServerConfig>>,
        workers: NonZeroUsize,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let stop = CancellationToken::new();
        let mut senders = Vec::new();
        let mut threads = Vec::new();
        for number in 0..workers.get() {
            let (sender, receiver) = mpsc::channel(HANDOVER);
            senders.push(sender);
            let (gateway, tls, stop) =
                (gateway.clone(), tls.map(|tls| TlsAcceptor::from(Arc::clone(tls))), stop.clone());
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let thread = std::thread::Builder::new().name(format!("gateway-{number}"));
            threads.push(thread.spawn(move || runtime.block_on(work(gateway, receiver, tls, stop)))?);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let stopped = stop.clone();
        let acceptor = std::thread::Builder::new()
            .name("gateway-accept".to_owned())
            .spawn(move || runtime.block_on(accept(listener, senders, stopped)))?;
        Ok(Self { address, stop, acceptor, workers: threads })
    }

    /// Where the gateway listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no new connections, lets running calls end within the drain time, then returns. Blocks.
    pub fn stop(self) {
        self.stop.cancel();
        for thread in std::iter::once(self.acceptor).chain(self.workers) {
            if thread.join().is_err() {
                tracing::error!("a gateway thread ended abnormally");
            }
        }
    }
}

/// Hands connections to the workers in turn, so that each has the same number of them. While every worker has as many
/// waiting as it takes, further ones wait in the listener's own queue.
async fn accept(listener: TcpListener, workers: Vec<mpsc::Sender<TcpStream>>, stop: CancellationToken) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, "the gateway listener cannot be used");
            return;
        }
    };
    let mut turn = 0_usize;
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted.and_then(|(stream, _)| stream.into_std()) {
            Ok(stream) => {
                turn = turn.wrapping_add(1);
                let mut waiting = stream;
                while let Err(back) = hand_over(&workers, turn, waiting) {
                    waiting = back;
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = tokio::time::sleep(PAUSE) => {}
                    }
                }
            }
            Err(error) => {
                // Out of file descriptors, or the caller went away: waiting is all that helps.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Gives `connection` to the worker whose turn it is, or to the first one behind it that takes it; gives it back when
/// none does.
fn hand_over<T>(workers: &[mpsc::Sender<T>], turn: usize, mut connection: T) -> Result<(), T> {
    let first = turn % workers.len().max(1);
    let (before, after) = workers.split_at_checked(first).unwrap_or((workers, &[]));
    for worker in after.iter().chain(before) {
        match worker.try_send(connection) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Full(back) | TrySendError::Closed(back)) => connection = back,
        }
    }
    Err(connection)
}

async fn work(
    gateway: Gateway,
    mut connections: mpsc::Receiver<TcpStream>,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
) {
    let limits = gateway.settings().clone();
    let worker = Arc::new(Worker::new(gateway));
    let graceful = GracefulShutdown::new();
    let places = Arc::new(tokio::sync::Semaphore::new(limits.max_connections_per_worker));
    let mut sweep = tokio::time::interval(SWEEP);
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => break,
            _ = sweep.tick() => {
                worker.sweep();
                continue;
            }
            stream = connections.recv() => match stream {
                Some(stream) => stream,
                None => break,
            },
        };
        // A full house must not keep the order to stop from being heard.
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let stream = match stream.set_nodelay(true).and_then(|()| tokio::net::TcpStream::from_std(stream)) {
            Ok(stream) => stream,
            Err(error) => {
                tracing::debug!(%error, "a caller went away at once");
                continue;
            }
        };
        let (worker, watcher, tls) = (Arc::clone(&worker), graceful.watcher(), tls.clone());
        tokio::spawn(async move {
            let _place = place;
            match tls {
                None => serve(worker, stream, watcher).await,
                Some(tls) => match tokio::time::timeout(TLS_HANDSHAKE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => serve(worker, stream, watcher).await,
                    Ok(Err(error)) => tracing::debug!(%error, "a caller's TLS handshake failed"),
                    Err(_) => tracing::debug!("a caller's TLS handshake took too long"),
                },
            }
        });
    }
    drop(connections);
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
        worker.give_up();
        tracing::warn!("calls that ran longer than the drain time were cut off");
    }
}

async fn serve<S>(worker: Arc<Worker>, stream: S, watcher: hyper_util::server::graceful::Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stream = Stall::new(Linger::new(stream), worker.settings().stall_timeout);
    let stream = Opening::new(stream, worker.settings().header_timeout);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(HeaderTimer::default())
        .header_read_timeout(worker.settings().header_timeout)
        .max_buf_size(MAX_HEAD * 2);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .max_send_buf_size(MAX_SEND_BUFFER)
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(30));
    let service = service_fn(move |request: Request<Incoming>| Arc::clone(&worker).handle(request));
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a caller's connection ended");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_worker_does_not_hold_up_the_others() {
        let (senders, mut receivers): (Vec<_>, Vec<_>) = (0..3).map(|_| mpsc::channel(1)).unzip();
        assert_eq!(hand_over(&senders, 1, "a"), Ok(()));
        assert_eq!(hand_over(&senders, 1, "b"), Ok(()));
        drop(receivers.remove(0));
        assert_eq!(hand_over(&senders, 3, "c"), Err("c"));
        let got: Vec<_> = receivers.iter_mut().map(|receiver| receiver.try_recv().unwrap()).collect();
        assert_eq!(got, ["a", "b"]);
        assert_eq!(hand_over(&senders, 3, "c"), Ok(()));
        assert_eq!(hand_over(&[], 7, "d"), Err("d"));
    }
}
