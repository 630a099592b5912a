//! The server: HTTP/1.1 and HTTP/2, plain or over TLS.

use crate::{Mock, OverTls};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// How long a client may take for the TLS handshake and for the head of a request.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long answers that have begun may take after the shutdown signal.
const FAREWELL: Duration = Duration::from_secs(5);
/// Pause after a failed accept: the system is short of descriptors or memory.
const PAUSE: Duration = Duration::from_millis(50);
/// How many accepts may fail in a row before the listener counts as lost.
const MAX_FAILURES: u32 = 200;

impl Mock {
    /// Serves on `listener` until `shutdown` completes; answers under way are finished, for at most five seconds.
    ///
    /// With `tls`, connections are TLS; a configuration without application protocols gets `h2` and `http/1.1`. Without
    /// it they are plain, and HTTP/2 is spoken to clients that begin with its preface. An error means that the listener
    /// is lost: it has refused connections for ten seconds without a break.
    pub async fn serve(
        &self,
        listener: TcpListener,
        tls: Option<Arc<ServerConfig>>,
        shutdown: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let acceptor = tls.map(|config| TlsAcceptor::from(with_protocols(config)));
        let graceful = GracefulShutdown::new();
        tokio::pin!(shutdown);
        let mut failures = 0;
        loop {
            let stream = tokio::select! {
                () = &mut shutdown => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) if is_of_the_peer(&error) => continue,
                    Err(error) if failures >= MAX_FAILURES => return Err(error),
                    Err(error) => {
                        failures += 1;
                        tracing::warn!(%error, "a connection could not be accepted");
                        sleep(PAUSE).await;
                        continue;
                    }
                },
            };
            failures = 0;
            tokio::spawn(connection(self.clone(), stream, acceptor.clone(), graceful.watcher()));
        }
        drop(listener);
        if timeout(FAREWELL, graceful.shutdown()).await.is_err() {
            tracing::debug!("connections were still open at the end");
        }
        Ok(())
    }
}

/// Whether an accept failed because the client has gone already.
fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}

fn with_protocols(config: Arc<ServerConfig>) -> Arc<ServerConfig> {
    if !config.alpn_protocols.is_empty() {
        return config;
    }
    let mut config = ServerConfig::clone(&config);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

async fn connection(mock: Mock, stream: TcpStream, acceptor: Option<TlsAcceptor>, watcher: Watcher) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "small packets will be delayed");
    }
    match acceptor {
        None => exchange(mock, stream, false, watcher).await,
        Some(acceptor) => match timeout(PATIENCE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => exchange(mock, stream, true, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "the TLS handshake failed"),
            Err(_) => tracing::debug!("the TLS handshake took too long"),
        },
    }
}

async fn exchange<S>(mock: Mock, stream: S, tls: bool, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: Request<Incoming>| {
        let mock = mock.clone();
        async move {
            if tls {
                request.extensions_mut().insert(OverTls);
            }
            Ok::<Response<Full<Bytes>>, Infallible>(mock.respond(request).await)
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    builder.http2().timer(TokioTimer::new());
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}
